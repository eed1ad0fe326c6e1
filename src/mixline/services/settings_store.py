"""Saved settings: a specification under a name, carried over to any dataset later."""

from __future__ import annotations

from mixline.messages import SavedSettingsView, SettingsRequest
from mixline.services.adapting import summarise
from mixline.services.context import Services
from mixline.services.drafts import SPECIFICATION, store_settings
from mixline.state.audit import Audit
from mixline.state.saved_settings import SavedSettings


def list_settings(services: Services) -> list[SavedSettingsView]:
    """By name."""
    return [_view(saved) for saved in services.saved_settings.list_settings()]


def save_settings(services: Services, request: SettingsRequest, *, person: str) -> SavedSettingsView:
    """Keep a specification under a name; the same name again replaces it.

    What it leaves out of its dataset is kept with it, so that a channel left out on purpose stays out elsewhere.

    Raises:
        NotFoundError: no such dataset. SpecificationError: the document is not a specification.
    """
    dataset = services.datasets.get(request.dataset_id)
    document = store_settings(services, dataset, request.specification)
    saved = services.saved_settings.put(request.name.strip(), document, actor=person)
    Audit(services.state).record(actor=person, action="save settings", subject=saved.id, data={"name": saved.name})
    return _view(saved)


def forget_settings(services: Services, settings_id: str, *, person: str) -> SavedSettingsView:
    """Take saved settings away; runs made with them stay as they are. Raises NotFoundError."""
    saved = services.saved_settings.remove(settings_id)
    Audit(services.state).record(actor=person, action="forget settings", subject=saved.id, data={"name": saved.name})
    return _view(saved)


def _view(saved: SavedSettings) -> SavedSettingsView:
    return SavedSettingsView(
        id=saved.id,
        name=saved.name,
        actor=saved.actor,
        created_at=saved.created_at,
        summary=summarise(saved.document[SPECIFICATION]),
    )
