"""Carry-over by age: shares of the effect, the geometric ones known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from mixline.mmm.decay import MOST, decays
from tests.builders import make_model


@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_shares_fall_within_the_effect_and_have_their_ranges(interval: str) -> None:
    model = make_model(interval=interval)  # type: ignore[arg-type]
    found = decays(model)
    assert [decay.name for decay in found] == list(model.paid_names)
    for decay in found:
        share = decay.share
        assert 4 <= len(share.value) <= MOST
        assert (share.value >= 0).all()
        assert share.value.sum() <= 1 + 1e-12
        assert (share.low <= share.low50).all()
        assert (share.high50 <= share.high).all()


def test_a_geometric_channel_keeps_the_same_share_each_period() -> None:
    model = make_model(periods=400, draws=1, adstocks=("geometric",))
    theta = model.draws.adstock[0, 0, 0]
    share = decays(model)[0].share.value
    np.testing.assert_allclose(share, (1 - theta) * theta ** np.arange(len(share)), rtol=1e-9)


def test_all_channels_are_told_over_the_same_periods() -> None:
    assert len({len(decay.share.value) for decay in decays(make_model(paid=3))}) == 1
