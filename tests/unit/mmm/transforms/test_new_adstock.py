"""An adstock nobody thought of: ten lines make it known to the specification, the search, every figure and the forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mixline.errors import SpecificationError
from mixline.mmm.checks.review import review
from mixline.mmm.fitting import fit
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.recipes.document import read_yaml, write_yaml
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Media, Range
from mixline.mmm.transforms import adstock as forms
from mixline.mmm.transforms.adstock import Adstock, Floats, adstock, register
from tests.unit.mmm.test_one_set_of_numbers import assert_one_set


@pytest.fixture
def delayed() -> Iterator[Adstock]:
    """Jin et al. 2017: a geometric memory around a peak some periods after the spend."""
    kept, limits = dict(forms.ADSTOCKS), dict(forms.PARAMETER_LIMITS)

    def weights(theta: Floats, delay: Floats, periods: int) -> Floats:
        distance = np.arange(periods) - np.asarray(delay)[..., None]
        return np.asarray(np.asarray(theta)[..., None] ** distance**2)

    yield register(
        Adstock("delayed", ("theta", "delay"), weights, limits={"delay": (0, 12)}, usual={"delay": (0, 4)},
                carries_first=True)
    )  # fmt: skip
    for table, before in ((forms.ADSTOCKS, kept), (forms.PARAMETER_LIMITS, limits)):
        table.clear()
        table.update(before)


def test_a_registered_form_is_fitted_shown_kept_and_written(delayed: Adstock) -> None:
    world = simulate("clean", seed=2, weeks=80, channels=3)
    tv = replace(world.spec.media[0], adstock="delayed", ranges={"delay": Range(1, 3)})
    spec = replace(world.spec, media=(tv, *world.spec.media[1:])).with_search(trials=1, iterations=80)
    assert read_yaml(write_yaml(spec)) == spec
    model = fit(spec, world.frame)
    drawn = model.draws.adstock[:, 0, 1]
    assert drawn.min() >= 1.0
    assert drawn.max() <= 3.0
    assert np.ptp(drawn) > 0
    assert_one_set(model)
    review(model)
    again = read_model(write_model(model))
    assert channel_results(again) == channel_results(model)


def test_its_parameters_have_limits_and_usual_ranges(delayed: Adstock) -> None:
    usual = ranges_for(Media("tv", "tv", kind="tv", adstock="delayed"))
    assert usual["delay"] == Range(0, 4)
    assert usual["theta"] == Range(0.3, 0.8)
    with pytest.raises(SpecificationError, match="leaves its limits"):
        Media("tv", "tv", adstock="delayed", ranges={"delay": Range(0, 20)})
    one = adstock(np.eye(1, 9)[0], "delayed", 0.5, 2.0)
    assert one.argmax() == 2


def test_without_it_its_parameter_is_unknown() -> None:
    with pytest.raises(SpecificationError, match="unknown parameter"):
        Media("tv", "tv", ranges={"delay": Range(0, 1)})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "geometric"}, "name is taken"),
        ({"parameters": ("a", "b", "c")}, "one or two parameters"),
        ({"parameters": ("theta", "a")}, "no limits"),
        ({"limits": {"theta": (0.0, 2.0)}}, "other limits"),
        ({"parameters": ("theta", "scale")}, "no usual range"),
        ({"parameters": ("scale",), "usual": {"scale": (0.0, 3.0)}}, "leaves the limits"),
    ],
)
def test_a_form_that_is_not_whole_is_refused(changes: dict[str, object], words: str) -> None:
    form = Adstock("new", ("theta",), forms.geometric_weights)
    with pytest.raises(SpecificationError, match=words):
        register(replace(form, **changes))  # type: ignore[arg-type]
    assert "new" not in forms.ADSTOCKS
