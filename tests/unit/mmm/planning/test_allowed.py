"""What is usual gives way to what was asked; what was asked and cannot all hold is named with its amounts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm.planner import Bounds, ChannelGroup, LimitsError, Planner, PlanRequest, TargetError
from tests.builders import make_model

MODEL = make_model(periods=100, paid=4, draws=10)
PLANNER = Planner(MODEL)
NAMES = MODEL.paid_names
TODAY = {c.name: c.spend_today for c in PLANNER.plan(PlanRequest(periods=8)).channels}
WHOLE = sum(TODAY.values())


@given(st.sampled_from(NAMES), st.floats(0.0, 3.0))
@settings(max_examples=30, deadline=None)
def test_a_channel_held_anywhere_within_the_budget_leaves_a_plan(name: str, share: float) -> None:
    share = min(share, WHOLE / TODAY[name])
    found = PLANNER.plan(PlanRequest(periods=8, bounds={name: Bounds(share, share)}))
    assert found.spend == pytest.approx(WHOLE)
    assert found.spend_per_channel[name] == pytest.approx(share * TODAY[name])


def test_usual_limits_stay_where_nothing_needs_them_to_move() -> None:
    found = PLANNER.plan(PlanRequest(periods=8, bounds={NAMES[0]: Bounds(1.05, 1.05)}))
    for channel in found.channels[1:]:
        assert channel.least == pytest.approx(0.7 * channel.spend_today)
        assert channel.most == pytest.approx(1.4 * channel.spend_today)


REQUESTS = st.fixed_dictionaries(
    {
        "budget": st.none() | st.floats(0.3, 2.0).map(lambda share: share * WHOLE),
        "ends": st.dictionaries(
            st.sampled_from(NAMES[1:]), st.tuples(st.floats(0, 1.2), st.floats(0, 1.5)), max_size=3
        ),
        "group": st.none() | st.tuples(st.booleans(), st.floats(0.2, 1.2), st.floats(0.0, 1.0)),
        "spend_all": st.booleans(),
    }
)


def request_of(parts: dict[str, object]) -> PlanRequest:
    ends, group = parts["ends"], parts["group"]
    groups = ()
    if group is not None:
        mine, low, more = group  # type: ignore[misc]
        groups = (ChannelGroup("some", (NAMES[0] if mine else NAMES[3], NAMES[2]), Bounds(low, low + more)),)
    bounds = {name: Bounds(low, low + more) for name, (low, more) in ends.items()}  # type: ignore[attr-defined]
    return PlanRequest(
        periods=8, budget=parts["budget"], bounds=bounds, groups=groups, spend_all=parts["spend_all"],  # type: ignore[arg-type]
    )  # fmt: skip


@given(REQUESTS, st.floats(0, 1))
@settings(max_examples=120, deadline=None)
def test_within_its_room_a_channel_can_be_held_and_beyond_it_cannot(parts: dict[str, object], place: float) -> None:
    request = request_of(parts)
    room = PLANNER.room(request, NAMES[0])
    if room.least > room.most:
        with pytest.raises(LimitsError):
            PLANNER.plan(request)
        return

    def hold(amount: float) -> PlanRequest:
        return request.change(bounds={**request.bounds, NAMES[0]: Bounds(amount, amount, relative=False)})

    most = min(room.most, 4 * WHOLE)
    try:
        found = PLANNER.plan(hold(room.least + place * (most - room.least)))
    except LimitsError:
        with pytest.raises(LimitsError):  # limits of others contradict each other, whatever this channel does
            PLANNER.plan(request)
        return
    assert found.spend_per_channel[NAMES[0]] == pytest.approx(
        room.least + place * (most - room.least), abs=1e-6 * WHOLE
    )
    assert (room.most_by == "") == (not np.isfinite(room.most))
    for beyond, by in ((room.most + 0.01 * WHOLE, room.most_by), (room.least - 0.01 * WHOLE, room.least_by)):
        if by and beyond >= 0:
            with pytest.raises(LimitsError):
                PLANNER.plan(hold(beyond))


def test_a_conflict_names_the_channels_the_amounts_and_the_gap() -> None:
    held = {name: Bounds(1.5, 1.5) for name in NAMES[:2]}
    least = {name: Bounds(1.0, 2.0) for name in NAMES[2:]}
    with pytest.raises(LimitsError) as caught:
        PLANNER.plan(PlanRequest(periods=8, bounds=held | least))
    conflict = caught.value.conflict
    assert (conflict.group, conflict.end) == ("", "least")
    assert conflict.limit == pytest.approx(WHOLE)
    assert conflict.gap == pytest.approx(0.5 * (TODAY[NAMES[0]] + TODAY[NAMES[1]]))
    assert sum(part.amount for part in conflict.parts) == pytest.approx(conflict.possible)
    assert [part.why for part in conflict.parts] == ["held", "held", "least", "least"]
    assert f"{conflict.gap:,.0f} EUR" in caught.value.what
    assert f"{conflict.possible:,.0f} EUR" in caught.value.action


def test_a_group_in_the_way_of_the_budget_is_named() -> None:
    group = ChannelGroup("screens", NAMES[:2], Bounds(None, 0.5))
    bounds = {name: Bounds(0.5, 1.0) for name in NAMES[2:]}
    with pytest.raises(LimitsError) as caught:
        PLANNER.plan(PlanRequest(periods=8, groups=(group,), bounds=bounds))
    assert ("screens", "group") in [(part.label, part.why) for part in caught.value.conflict.parts]
    assert caught.value.conflict.end == "most"


def test_a_groups_limit_moves_what_is_usual_for_its_channels() -> None:
    for ends, share in ((Bounds(None, 0.4), 0.4), (Bounds(1.6, None), 1.6)):
        found = PLANNER.plan(PlanRequest(periods=8, groups=(ChannelGroup("screens", NAMES[:2], ends),)))
        inside = sum(found.spend_per_channel[name] for name in NAMES[:2])
        assert inside == pytest.approx(share * (TODAY[NAMES[0]] + TODAY[NAMES[1]]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scenario", ["outcome", "roi"])
def test_a_target_out_of_reach_says_the_closest_one_that_is_not(seed: int, scenario: str) -> None:
    planner = Planner(make_model(periods=100, paid=3, seed=seed))
    request = PlanRequest(scenario, periods=8, target=1e9)  # type: ignore[arg-type]
    with pytest.raises(TargetError) as caught:
        planner.plan(request)
    reached = caught.value.reached
    assert reached is not None
    found = planner.plan(request.change(target=reached))
    assert (found.outcome.value if scenario == "outcome" else found.roi.value) == pytest.approx(reached, rel=1e-6)
    with pytest.raises(TargetError):
        planner.plan(request.change(target=1.001 * reached))
