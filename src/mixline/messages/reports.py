"""Everything a report of a model, or of one candidate of its search, is drawn from: one document, one set of numbers."""

from __future__ import annotations

from mixline.messages.base import Digest, Message
from mixline.messages.models import Contributions, Curves, ModelSummary


class Decay(Message):
    """How one paid channel carries over. `value[k]` is the share of its effect that comes k periods after the spend, with
    its 90 % and 50 % ranges; over all periods the shares add up to one.
    """

    channel: str
    label: str
    adstock: str
    value: list[float]
    low: list[float]
    high: list[float]
    low50: list[float]
    high50: list[float]


class CandidatePreview(Message):
    """A candidate looked at as if it were the model. `error` is what candidates are judged by, `above_best` how far it is
    above the lowest one, as a share; `alike` whether the data can tell it from the best.
    """

    candidate: int
    trial: int
    iteration: int
    error: float
    above_best: float
    alike: bool


class ReportDocuments(Message):
    """The documents of a model, all of the same draws; with `preview` those of a candidate, which nobody has chosen.

    `contributions` are by the model's own interval. `model_id` is the model whose search the candidate is of.
    """

    model_id: Digest
    summary: ModelSummary
    contributions: Contributions
    curves: Curves
    decays: list[Decay]
    preview: CandidatePreview | None = None
