"""Who sends a request: for the audit trail, and for what not everybody may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from gcp.common.application import Provider
from mixline.services.people import name_person


def get_person(request: Request) -> str:
    """The name of the person, from the identity header where the settings name one."""
    provider: Provider = request.app.state.provider
    header = provider.settings.identity_header
    return name_person(provider.settings, request.headers.get(header) if header else None)


Person = Annotated[str, Depends(get_person)]
