"""Somebody else's data, real-looking and messy: retailer_weekly.csv, with the example specification drafted for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mixline.data.reading import read_table
from mixline.mmm.checks.review import review
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.recipes.document import read_yaml
from mixline.mmm.response import channel_results

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT.parent / "shared" / "data" / "retailer" / "retailer_weekly.csv"


@pytest.fixture(scope="module")
def model() -> MixModel:
    if not TABLE.exists():
        pytest.skip("the reference data retailer/retailer_weekly.csv is not beside this checkout")
    spec = read_yaml((ROOT / "models" / "mmm" / "retailer-weekly.yaml").read_text(encoding="utf-8"))
    small = replace(spec, search=replace(spec.search, trials=1, iterations=200))
    return fit(small, read_table(TABLE.read_bytes(), TABLE.name))


def test_no_channel_with_spend_is_silently_at_zero(model: MixModel) -> None:
    told = {name for finding in review(model).findings if finding.code == "zero-channel" for name in finding.columns}
    for channel in channel_results(model):
        estimate = channel.roi
        assert np.isfinite([estimate.value, estimate.low, estimate.high]).all()
        assert channel.spend > 0
        assert estimate.value > 0 or channel.name in told, channel.name


def test_pairs_that_cannot_be_separated_are_named(model: MixModel) -> None:
    """The video channel runs in season: what the draws give to one they take from the other."""
    named = {frozenset(f.columns) for f in review(model).findings if f.code in ("collinear", "shared-movement")}
    assert frozenset({"vidtr", "season"}) in named
