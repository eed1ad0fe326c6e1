"""Default ranges and presets."""

from __future__ import annotations

import pytest

from mixline.errors import SpecificationError
from mixline.mmm.recipes.defaults import KINDS, ranges_for, theta_range
from mixline.mmm.recipes.presets import PRESETS, apply_preset
from mixline.mmm.specification import LIMITS, Goal, Media, ModelSpec, Range


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("adstock", ["geometric", "weibull_cdf", "weibull_pdf"])
@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_every_default_lies_within_the_limits(kind: str, adstock: str, interval: str) -> None:
    media = Media("x", spend="x", kind=kind, adstock=adstock)
    ranges = ranges_for(media, interval)
    assert set(ranges) == {"alpha", "gamma"} | ({"theta"} if adstock == "geometric" else {"shape", "scale"})
    for name, value in ranges.items():
        assert LIMITS[name][0] <= value.low < value.high <= LIMITS[name][1]
    Media("x", spend="x", ranges=ranges)


def test_own_ranges_win_over_defaults() -> None:
    media = Media("x", spend="x", kind="tv", ranges={"theta": Range(0.2, 0.2)})
    assert ranges_for(media)["theta"] == Range(0.2, 0.2)
    assert ranges_for(media)["alpha"] == ranges_for(Media("x", spend="x"))["alpha"]


def test_memory_has_the_same_half_life_in_days_on_every_interval() -> None:
    week, day = theta_range("tv"), theta_range("tv", "day")
    assert day.low**7 == pytest.approx(week.low, abs=1e-3)
    assert day.high**7 == pytest.approx(week.high, abs=1e-3)
    assert theta_range("tv", "month").high < week.high / 2


def test_presets_change_the_size_and_nothing_else() -> None:
    spec = ModelSpec(Goal("y"), "d", (Media("x", spend="x"),), components=()).with_search(seed=7)
    sizes = {name: (p.trials, p.iterations) for name, p in PRESETS.items()}
    assert sizes == {"test": (2, 300), "standard": (5, 2000), "thorough": (10, 5000)}
    for name, (trials, iterations) in sizes.items():
        assert apply_preset(spec, name) == spec.with_search(trials=trials, iterations=iterations)
    with pytest.raises(SpecificationError, match="test, standard, thorough"):
        apply_preset(spec, "huge")


def test_ends_that_are_no_values_are_not_searched() -> None:
    written = {"theta": Range(0.0, 1.0), "alpha": Range(0.0, 10.0), "gamma": Range(0.0, 0.0)}
    found = ranges_for(Media("tv", "tv_spend", ranges=written))
    assert found["theta"].high < 1
    assert found["alpha"].low > 0
    assert found["gamma"].low == found["gamma"].high > 0
    inside = {"theta": Range(0.3, 0.8), "alpha": Range(0.5, 3.0), "gamma": Range(0.3, 1.0)}
    assert ranges_for(Media("tv", "tv_spend", ranges=inside)) == {n: inside[n] for n in ("alpha", "gamma", "theta")}
