"""From the documents of a model or candidate to a report of either kind."""

from __future__ import annotations

from dashboard.reports.document import KINDS, Kind, Report
from dashboard.reports.measurement import compose_measurement
from dashboard.reports.onepage import compose_onepage
from mixline.errors import InputError
from mixline.messages import ReportDocuments


def compose(documents: ReportDocuments, kind: Kind) -> Report:
    """The report of this kind. The same documents give the same report."""
    return compose_onepage(documents) if kind == "onepage" else compose_measurement(documents)


def read_kind(text: str) -> Kind:
    """The kind a person named; the one-page report when they named none. Raises InputError."""
    for kind in KINDS:
        if text in (kind, ""):
            return kind
    raise InputError("there is no such report", where="kind", got=text[:20], expected=" or ".join(KINDS))
