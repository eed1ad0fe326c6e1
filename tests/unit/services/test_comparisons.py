"""Which model is the previous one, and what is said where two models cannot be compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mixline.errors import ConflictError, InputError, NotFoundError
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import write_model
from mixline.mmm.specification import Refresh
from mixline.services import comparisons, models
from mixline.services.context import Services, open_services
from mixline.services.snapshots import TABLE_NAME, to_table, write_parquet
from tests.builders import make_model
from tests.fixtures_services import make_settings

FIRST, LATER, OTHER = 0, 1, 2  # data sets of a test: two versions of one name, and another name


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = open_services(make_settings(tmp_path_factory.mktemp("comparisons")))
    yield opened
    opened.close()


@pytest.fixture
def services(state: Services) -> Services:
    """The same state for all tests, with names of its own for each."""
    import pandas as pd

    table = state.artifacts.publish({TABLE_NAME: write_parquet(to_table(pd.DataFrame({"date": ["2022-01-03"]})))})
    count = len(state.datasets.list_datasets(limit=500))
    for number, name in enumerate((f"Shop {count}", f"Shop {count}", f"Other {count}")):
        state.datasets.create(
            f"{count + number:064x}", name=name, upload_id=None, artifact_id=table, mapping={}, view={}
        )
    return state


def keep(services: Services, model: MixModel, dataset: int = FIRST) -> str:
    """Publish a model as a run would; every one a moment after the one before."""
    count = len(services.datasets.list_datasets(limit=500))
    own = services.datasets.get(f"{count - 3 + dataset:064x}")
    model = replace(model, facts={**model.facts, "dataset_id": own.id})  # no test's model is another's
    model_id = services.artifacts.publish(write_model(model))
    services.specifications.put(model.spec.id, model.spec.to_dict())
    models.keep_model(services, model_id, model, run=None, dataset=own)
    time.sleep(0.002)
    return model_id


def test_previous_is_the_latest_earlier_one_of_the_same_name(services: Services) -> None:
    first = keep(services, make_model(seed=1))
    second = keep(services, make_model(seed=2), LATER)
    keep(services, make_model(seed=3), OTHER)
    last = keep(services, make_model(seed=4), LATER)
    assert comparisons.find_previous(services, first) is None
    assert comparisons.find_previous(services, second) == first
    assert comparisons.find_previous(services, last) == second


def test_another_segment_or_goal_is_no_previous_model(services: Services) -> None:
    model = make_model()
    keep(services, replace(model, spec=replace(model.spec, segment_column="country", segment_value="FR")))
    keep(services, replace(model, spec=replace(model.spec, goal=replace(model.spec.goal, label="Orders"))))
    assert comparisons.find_previous(services, keep(services, make_model(seed=9))) is None


def test_a_refresh_goes_back_to_the_model_it_continues(services: Services) -> None:
    first = keep(services, make_model(seed=1))
    second = keep(services, make_model(seed=2))
    model = make_model(seed=3)
    refreshed = keep(services, replace(model, spec=replace(model.spec, refresh=Refresh(first, 4, {}))))
    assert comparisons.find_previous(services, refreshed) == first
    lost = keep(services, replace(model, spec=replace(model.spec, refresh=Refresh("f" * 64, 4, {}))))
    assert comparisons.find_previous(services, lost) == refreshed
    assert comparisons.previous(services, refreshed).refresh
    assert not comparisons.previous(services, second).refresh


def test_change_names_figures_per_period(services: Services) -> None:
    keep(services, make_model(seed=1))
    second = keep(services, make_model(seed=2))
    change = comparisons.previous(services, second)
    assert [c.measure for c in change.changes] == ["incremental", "blended_roi", "marginal_roi", "spend"]
    for c in change.changes:
        assert c.difference == pytest.approx(c.after - c.before)
        assert (c.within_range is None) == (c.measure == "spend")
        assert c.words.endswith(".")


def test_another_currency_has_a_previous_model_and_no_changes(services: Services) -> None:
    first = keep(services, make_model(seed=1))
    model = make_model(seed=2)
    dollars = replace(model, spec=replace(model.spec, goal=replace(model.spec.goal, currency="USD")))
    second = keep(services, dollars)
    change = comparisons.previous(services, second)
    assert change.previous is not None
    assert (change.previous.id, change.changes) == (first, [])
    with pytest.raises(ConflictError, match="currency"):
        comparisons.get_movement(services, second)
    side = comparisons.compare(services, [first, second])
    assert any("currencies" in note for note in side.notes)


def test_movement_needs_two_models(services: Services) -> None:
    only = keep(services, make_model(seed=1))
    with pytest.raises(NotFoundError, match="no earlier model"):
        comparisons.get_movement(services, only)
    with pytest.raises(InputError, match="itself"):
        comparisons.get_movement(services, only, only)


def test_movement_against_a_named_model(services: Services) -> None:
    first = keep(services, make_model(seed=1))
    keep(services, make_model(seed=2))
    last = keep(services, make_model(seed=3))
    movement = comparisons.get_movement(services, last, first)
    assert (movement.before.id, movement.after.id, movement.refresh) == (first, last, False)
    assert [build.model_id for build in movement.builds] == [first, last]


def test_only_two_to_five_models_stand_side_by_side(services: Services) -> None:
    for count in (0, 1, 6):
        with pytest.raises(InputError, match="2 to 5"):
            comparisons.compare(services, [f"{k}" * 64 for k in range(count)])


def test_five_models_stand_side_by_side_in_the_order_asked_for(services: Services) -> None:
    ids = [keep(services, make_model(seed=k, paid=1 + k % 2)) for k in range(5)]
    side = comparisons.compare(services, ids[::-1])
    assert [model.id for model in side.models] == ids[::-1]
    assert len(side.data) == 4
    assert sum(side.weights.values()) == pytest.approx(1.0)
    second = next(row for row in side.channels if row.name == "channel_1")
    assert [roi is None for roi in second.roi] == [True, False, True, False, True]
    assert next(row for row in side.configuration if row.path == "media.channel_1.spend").values[0] == ""
