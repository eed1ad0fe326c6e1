"""Whatever is asked, where today's plan is allowed the answer is at least as good; where nothing better exists it says so."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import SpecificationError
from mixline.mmm.estimates import weighted_quantiles
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.planner import Bounds, ChannelGroup, Plan, Planner, PlanRequest, plan_limits
from mixline.mmm.planning.periods import planned_periods, today_spend
from mixline.mmm.planning.stage import build_stage
from tests.builders import make_model

MODELS = st.builds(
    make_model,
    periods=st.integers(60, 120),
    paid=st.integers(1, 4),
    organic=st.integers(0, 1),
    draws=st.integers(1, 9),
    seed=st.integers(0, 10_000),
    lead=st.sampled_from([0, 8]),
    interval=st.sampled_from(["week", "month"]),
)


@st.composite
def requests(draw: st.DrawFn, model: MixModel) -> PlanRequest:
    """A request of any kind whose limits allow today's plan, as far as limits are concerned."""
    names = list(model.paid_names)
    periods = draw(st.sampled_from([1, 3, 8, 20]))
    locked = draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
    free = [name for name in names if name not in locked]
    bounded = draw(st.lists(st.sampled_from(free), unique=True)) if free else []
    ends = st.tuples(st.floats(0.0, 1.0), st.floats(1.0, 5.0))
    grouped = draw(st.lists(st.sampled_from(names), unique=True))
    parts: dict[str, Any] = {
        "periods": periods,
        "locked": tuple(locked),
        "bounds": {name: Bounds(*draw(ends)) for name in bounded},
        "groups": (ChannelGroup("some", tuple(grouped), Bounds(*draw(ends))),) if grouped else (),
        "flights": draw(st.dictionaries(st.sampled_from(names), st.integers(1, periods), max_size=2)),
        "prices": draw(st.dictionaries(st.sampled_from(names), st.floats(0.5, 2.0), max_size=2)),
        "pacing": draw(st.sampled_from(["historic", "flat"])),
        "baseline": draw(st.sampled_from(["season", "flat"])),
        "carry_out": draw(st.booleans()),
        "today_periods": draw(st.sampled_from([None, 13])),
        "spend_all": draw(st.booleans()),
    }
    if draw(st.booleans()):
        weights = st.lists(st.floats(0.1, 9.0), min_size=periods, max_size=periods)
        parts["patterns"] = {names[0]: tuple(draw(weights))}
    scenario: Any = draw(st.sampled_from(["budget", "budget", "outcome", "roi", "marginal_roi"]))
    if scenario == "budget":
        return PlanRequest(cautious=draw(st.sampled_from([None, 0.1, 0.25])), **parts)
    target = draw(st.floats(0.5, 1.5))
    if scenario == "marginal_roi":
        return PlanRequest("marginal_roi", target=target, **parts)
    today = Planner(model).plan(PlanRequest(**parts))
    size = today.outcome_today.value if scenario == "outcome" else max(today.roi_today.value, 1e-3)
    return PlanRequest(scenario, target=size * (target if scenario == "roi" else 0.9 + target / 10), **parts)


def by_draw(model: MixModel, found: Plan) -> Floats:
    """Gain of a plan over today's in every draw, simulated anew from the money it spends in every period."""
    request = found.request.change(
        patterns={c.name: tuple(c.spend_by_period) for c in found.channels if c.spend > 0}, flights={}
    )
    paid = today_spend(model, request.today_periods)
    reach = 4.0 * np.maximum(paid, [c.spend / len(found.dates) for c in found.channels]) + 1e-9
    planned, before = build_stage(model, request, reach), build_stage(model, found.request, reach)
    same = np.zeros(len(paid), dtype=np.intp)
    spend = np.array([c.spend for c in found.channels]) / len(found.dates)
    gain = planned.effects(spend, same).sum(1) - before.effects(paid, same).sum(1)
    return np.asarray(gain * len(planned_periods(model, request.periods)))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_never_worse_than_todays_plan(data: st.DataObject) -> None:
    model = data.draw(MODELS)
    request = data.draw(requests(model))
    today = today_spend(model, request.today_periods)
    allowed = plan_limits(model, request, today, request.periods or 1).allow(today)
    try:
        found = Planner(model).plan(request, seed=data.draw(st.integers(0, 3)))
    except SpecificationError as error:
        assert "reaches" in error.sentence  # noqa: PT017 -- today's limits hold, so only a target can be out of reach
        return
    gains = by_draw(model, found)
    size = max(abs(found.outcome_today.value), 1e-9)
    np.testing.assert_allclose(gains @ model.draws.weights, found.uplift.value, atol=1e-9 * size)
    if found.is_today:
        assert found.uplift.value == 0.0
        assert "Nothing better" in found.changes[0]
        return
    if not allowed:
        return
    if request.scenario == "budget" and request.cautious is None:
        assert found.uplift.value > 0.0
    elif request.cautious is not None:
        assert weighted_quantiles(gains, model.draws.weights, (request.cautious,))[0] > -1e-9 * size
    elif request.scenario == "marginal_roi":
        more = found.spend - found.spend_today
        assert found.uplift.value - (request.target or 0.0) * more >= -1e-9 * size
    elif request.scenario == "outcome" and found.outcome_today.value >= (request.target or 0.0):
        assert found.spend <= found.spend_today * (1 + 1e-9)
    elif request.scenario == "roi" and found.roi_today.value >= (request.target or 0.0):
        assert found.uplift.value >= -1e-9 * size
