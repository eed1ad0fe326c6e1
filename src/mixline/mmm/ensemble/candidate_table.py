"""What a model remembers of its search: a table of candidates, which one is shown, and who chose it. Needs numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mixline.mmm.model import Floats, MixModel

PERSON = "choice"  # the entry of `MixModel.facts` that a person's choice leaves


@dataclass(frozen=True)
class PersonsChoice:
    """What is on record of a choice: why, and what the search itself had chosen."""

    note: str
    search_row: int
    search_reason: str
    root: str  # id of the model the search made; empty where it has none


def read_choice(model: MixModel) -> PersonsChoice | None:
    """A person's choice, or None where the search's own stands."""
    kept = model.facts.get(PERSON)
    return None if kept is None else PersonsChoice(**kept)


def chosen_row(model: MixModel) -> int:
    """Row of `MixModel.candidates` the model shows."""
    return int(model.draws.candidate[model.draws.chosen])


def candidate_error(model: MixModel) -> Floats:
    """(C,) the error candidates are judged by: NRMSE on held-out periods where there are any, else on the fitted ones."""
    fitted = np.asarray(model.candidates["nrmse"], dtype=float)
    held = np.asarray(model.candidates.get("nrmse_validation", np.full(len(fitted), np.nan)), dtype=float)
    return np.where(np.isnan(held), fitted, held)


def candidate_returns(model: MixModel) -> Floats | None:
    """ROI of every paid channel in every kept candidate, shape (C, P); 0 where nothing was spent, None where not kept."""
    columns = [f"{name}:contribution" for name in model.paid_names]
    if not set(columns) <= set(model.candidates):
        return None
    start, stop = model.series.window
    spend = model.series.spend[start:stop].sum(0)
    gains = np.column_stack([np.asarray(model.candidates[column], dtype=float) for column in columns])
    return np.asarray(np.divide(gains, spend, out=np.zeros_like(gains), where=spend > 0))
