"""A model is refreshed over HTTP by a real worker; then it is compared with the one before."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import httpx
import pytest

from gcp.trainer.app import create_app
from mixline.messages import Change, Comparison, ModelSummary, Movement, RefreshPlan
from mixline.mmm.simulation.simulate import simulate
from mixline.settings import Settings
from tests.fixtures_services import confirm, make_settings, serving, upload, wait_for_run, working

WEEKS, LATER = 90, 12
SIZE = {"trials": 2, "iterations": 60}


def make_table(weeks: int) -> bytes:
    """The first weeks of one company: a later file holds the earlier one's rows unchanged."""
    text = StringIO()
    frame = simulate("clean", weeks=WEEKS + LATER, channels=3).frame.iloc[:weeks]
    frame.to_csv(text, index=False, date_format="%Y-%m-%d")
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return make_settings(tmp_path_factory.mktemp("refresh"))


@pytest.fixture(scope="module")
def product(home: Settings) -> Iterator[httpx.Client]:
    with serving(create_app(home)) as address, working(home), httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def first(product: httpx.Client) -> dict:
    dataset = confirm(product, upload(product, make_table(WEEKS)))
    launched = product.post("/v1/mmm/runs", json={"dataset_id": dataset["id"], "seed": 3, **SIZE}).json()
    return wait_for_run(product, launched["id"])


@pytest.fixture(scope="module")
def newer(product: httpx.Client, first: dict) -> dict:
    return confirm(product, upload(product, make_table(WEEKS + LATER)))


@pytest.fixture(scope="module")
def second(product: httpx.Client, first: dict, newer: dict) -> dict:
    answer = product.post("/v1/refreshes", json={"model_id": first["model_id"], **SIZE})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/mmm/runs/{answer.json()['id']}"
    ended = wait_for_run(product, answer.json()["id"])
    assert ended["job"]["state"] == "succeeded", ended["job"]
    return ended


@pytest.fixture(scope="module")
def movement(product: httpx.Client, second: dict) -> Movement:
    answer = product.get(f"/v1/models/{second['model_id']}/movement")
    assert answer.status_code == 200, answer.text
    return Movement.model_validate(answer.json())


def test_plan_says_what_would_be_done(product: httpx.Client, first: dict, newer: dict) -> None:
    answer = product.post("/v1/refreshes/plan", json={"model_id": first["model_id"], "steps": 5})
    plan = RefreshPlan.model_validate(answer.json())
    assert (plan.dataset_id, plan.dataset_version, plan.steps) == (newer["id"], 2, 5)
    assert (plan.last_new - plan.first_new).days == 4 * 7
    assert plan.window_end == plan.last_new
    assert plan.freedom == pytest.approx(5 / WEEKS)
    assert (plan.trials, plan.iterations) == (3, 1000)


def test_refresh_moves_the_window_on(product: httpx.Client, first: dict, second: dict, newer: dict) -> None:
    assert second["dataset_id"] == newer["id"]
    before, after = (
        ModelSummary.model_validate(product.get(f"/v1/models/{run['model_id']}").json()) for run in (first, second)
    )
    assert (after.window_start - before.window_start).days == LATER * 7
    assert (after.window_end - before.window_end).days == LATER * 7
    assert after.trials == SIZE["trials"]


def test_asking_twice_gives_the_same_run(product: httpx.Client, first: dict, second: dict) -> None:
    again = product.post("/v1/refreshes", json={"model_id": first["model_id"], **SIZE})
    assert again.json()["id"] == second["id"]


def test_movement_is_against_the_model_that_was_refreshed(movement: Movement, first: dict, second: dict) -> None:
    assert (movement.before.id, movement.after.id, movement.refresh) == (first["model_id"], second["model_id"], True)
    assert len(movement.channels) == 3
    for channel in movement.channels:
        for figure in channel.figures:
            assert figure.change is not None
            assert sum(cause.value for cause in figure.causes) == pytest.approx(figure.change.value, abs=1e-9)
    assert (movement.data.added, movement.data.dropped, movement.data.revisions) == (LATER, 0, [])
    assert [build.model_id for build in movement.builds] == [first["model_id"], second["model_id"]]
    for build in movement.builds:
        assert sum(term.share for term in build.terms) == pytest.approx(1.0)
    assert movement.fitted.new_from == movement.data.first_added


def test_movement_shows_the_figures_of_the_summary(product: httpx.Client, movement: Movement, second: dict) -> None:
    summary = ModelSummary.model_validate(product.get(f"/v1/models/{second['model_id']}").json())
    for channel in summary.channels:
        moved = next(c for c in movement.channels if c.name == channel.name)
        shown = {figure.measure: figure.after for figure in moved.figures}
        assert shown["roi"].value == pytest.approx(channel.roi.value, rel=1e-9)
        assert shown["roi"].low == pytest.approx(channel.roi.low, rel=1e-9)
        assert shown["share_of_effect"].value == pytest.approx(channel.share_of_effect.value, rel=1e-9)
        assert shown["marginal_roi"].value == pytest.approx(channel.marginal_roi.value, rel=1e-9)
        assert shown["contribution"].value * summary.periods == pytest.approx(channel.contribution.value, rel=1e-9)


def test_previous_says_what_changed(product: httpx.Client, first: dict, second: dict) -> None:
    change = Change.model_validate(product.get(f"/v1/models/{second['model_id']}/previous").json())
    assert change.previous is not None
    assert change.previous.id == first["model_id"]
    assert change.refresh
    assert [c.measure for c in change.changes] == ["incremental", "blended_roi", "marginal_roi", "spend"]
    before, after = (
        ModelSummary.model_validate(product.get(f"/v1/models/{run['model_id']}").json()) for run in (first, second)
    )
    incremental = change.changes[0]
    assert incremental.before == pytest.approx(before.incremental.value / before.periods)
    assert incremental.after == pytest.approx(after.incremental.value / after.periods)
    assert change.changes[3].after == pytest.approx(after.spend / after.periods)


def test_first_model_has_no_previous(product: httpx.Client, first: dict) -> None:
    change = Change.model_validate(product.get(f"/v1/models/{first['model_id']}/previous").json())
    assert change.previous is None
    assert change.changes == []
    assert product.get(f"/v1/models/{first['model_id']}/movement").status_code == 404


def test_comparison_stands_side_by_side(product: httpx.Client, first: dict, second: dict) -> None:
    ids = [second["model_id"], first["model_id"]]
    answer = product.get("/v1/comparisons", params={"models": ",".join(ids), "fit": 1})
    comparison = Comparison.model_validate(answer.json())
    assert [model.id for model in comparison.models] == ids
    assert comparison.weights["fit"] == 1.0
    ranked = comparison.ranking[0].models
    best = max(comparison.models, key=lambda model: model.fit.r2)
    assert ranked[0].model_id == best.id
    assert all(len(row.roi) == 2 for row in comparison.channels)
    assert {row.path for row in comparison.configuration} >= {"window_start", "window_end", "refresh.model"}
    assert comparison.data[0].difference.dropped == LATER
    assert [len(channel.points) for channel in comparison.stability] == [2, 2, 2]


@pytest.mark.parametrize("models", ["", "a" * 64, ",".join(["a" * 64] * 6), "a" * 64 + "," + "a" * 64])
def test_comparison_refuses_what_is_no_list_of_models(product: httpx.Client, models: str) -> None:
    assert product.get("/v1/comparisons", params={"models": models}).status_code == 422


def test_refresh_refuses_another_dataset(product: httpx.Client, first: dict, newer: dict) -> None:
    text = make_table(WEEKS + LATER).replace(b"\n", b"\r\n")  # other bytes
    other = confirm(product, upload(product, text), name="Other", currency="USD")
    answer = product.post("/v1/refreshes", json={"model_id": first["model_id"], "dataset_id": other["id"]})
    assert answer.status_code == 409
    assert "another data set" in answer.json()["detail"]


def test_refresh_without_new_periods_is_refused(product: httpx.Client, second: dict) -> None:
    answer = product.post("/v1/refreshes", json={"model_id": second["model_id"]})
    assert answer.status_code == 422
    assert "no new periods" in answer.json()["detail"]
