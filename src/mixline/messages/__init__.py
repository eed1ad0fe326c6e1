"""What the services and the dashboard say to each other: the trainer and prediction APIs' documents.

Every number that is uncertain is an `Estimate` with its 90 % range. Money is in the model's currency per the whole
window unless a name says otherwise. Shares are 0-1.
"""

from __future__ import annotations

from mixline.messages.base import Digest, Estimate, JobId, JobState, Message, Preset, Problem, Role, Severity, Verdict
from mixline.messages.data import (
    ColumnChoice,
    ColumnSuggestion,
    DatasetRequest,
    DatasetRows,
    DatasetView,
    Finding,
    UploadView,
)
from mixline.messages.models import (
    CandidateChoice,
    CandidateReturns,
    Candidates,
    ChannelSummary,
    ChoiceView,
    Contributions,
    Curve,
    Curves,
    FitQuality,
    Lineage,
    ModelRow,
    ModelSummary,
    TermSeries,
    TermSummary,
    TrialSummary,
)
from mixline.messages.prediction import ResponseRequest, ResponseView
from mixline.messages.runs import EventView, JobView, PresetView, ProgressView, RunRequest, RunView
from mixline.messages.status import Health, Readiness, Status

__all__ = [
    "CandidateChoice",
    "CandidateReturns",
    "Candidates",
    "ChannelSummary",
    "ChoiceView",
    "ColumnChoice",
    "ColumnSuggestion",
    "Contributions",
    "Curve",
    "Curves",
    "DatasetRequest",
    "DatasetRows",
    "DatasetView",
    "Digest",
    "Estimate",
    "EventView",
    "Finding",
    "FitQuality",
    "Health",
    "JobId",
    "JobState",
    "JobView",
    "Lineage",
    "Message",
    "ModelRow",
    "ModelSummary",
    "Preset",
    "PresetView",
    "Problem",
    "ProgressView",
    "Readiness",
    "ResponseRequest",
    "ResponseView",
    "Role",
    "RunRequest",
    "RunView",
    "Severity",
    "Status",
    "TermSeries",
    "TermSummary",
    "TrialSummary",
    "UploadView",
    "Verdict",
]
