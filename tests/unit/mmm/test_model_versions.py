"""Models of every older version of the format are read. The files were written by the release that had that version."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixline.mmm import response
from mixline.mmm.model_file import DOCUMENT, TABLES, UPGRADES, VERSION, read_model, write_model

MODELS = Path(__file__).resolve().parents[2] / "fixtures" / "models"
# ROI by channel as the release that wrote the files printed it.
ROI = {
    1: {
        "tv": 1.596930059707588,
        "search": 2.2945875702171925,
        "social": 1.558642903474858,
        "radio": 1.5149828482475598,
    }
}


def _files(version: int) -> dict[str, bytes]:
    return {name: (MODELS / f"version-{version}" / name).read_bytes() for name in (DOCUMENT, *TABLES)}


def test_every_older_version_has_a_way_up_and_a_file_to_prove_it() -> None:
    older = list(range(1, VERSION))
    assert sorted(UPGRADES) == older
    assert sorted(ROI) == older


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_older_model_gives_the_figures_it_gave(version: int) -> None:
    model = read_model(_files(version))
    found = {result.name: result.roi.value for result in response.channel_results(model)}
    assert found == pytest.approx(ROI[version], rel=1e-12)


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_older_model_is_written_in_the_present_version_without_loss(version: int) -> None:
    model = read_model(_files(version))
    again = read_model(write_model(model))
    assert again.spec == model.spec
    assert np.array_equal(again.draws.beta, model.draws.beta)
    assert set(again.candidates) == set(model.candidates)


def test_candidates_of_version_1_have_no_study_and_no_cluster() -> None:
    candidates = read_model(_files(1)).candidates
    assert np.isnan(candidates["lift"]).all()
    assert (candidates["cluster"] == -1).all()
