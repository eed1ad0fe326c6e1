"""Documents about a model as Arrow tables, for programs that want columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixline.messages import Candidates, Contributions, Curves

if TYPE_CHECKING:
    import pyarrow as pa


def contributions_table(document: Contributions) -> pa.Table:
    """One row per date and term, with the actual and fitted outcome of the date."""
    import pyarrow as pa

    count, dates = len(document.dates), len(document.terms)
    columns: dict[str, object] = {
        "date": pa.array(document.dates * dates, pa.date32()),
        "term": [term.name for term in document.terms for _ in range(count)],
        "label": [term.label for term in document.terms for _ in range(count)],
        "group": [term.group for term in document.terms for _ in range(count)],
        "value": [value for term in document.terms for value in term.value],
        "low": [value for term in document.terms for value in term.low],
        "high": [value for term in document.terms for value in term.high],
        "actual": document.actual * dates,
        "fitted": document.fitted * dates,
    }
    return _named(columns, {"model_id": document.model_id, "period": document.period, "unit": document.unit})


def curves_table(document: Curves) -> pa.Table:
    """One row per channel and point of its curve."""
    columns: dict[str, object] = {
        "channel": [curve.channel for curve in document.curves for _ in curve.spend],
        "label": [curve.label for curve in document.curves for _ in curve.spend],
    }
    for name in ("spend", "value", "low", "high", "low50", "high50", "marginal"):
        columns[name] = [value for curve in document.curves for value in getattr(curve, name)]
    for name in ("spend_today", "observed_maximum"):
        columns[name] = [getattr(curve, name) for curve in document.curves for _ in curve.spend]
    facts = {"model_id": document.model_id, "currency": document.currency, "unit": document.unit}
    return _named(columns, facts | {"interval": document.interval})


def candidates_table(document: Candidates) -> pa.Table:
    """One row per candidate."""
    names = ("trial", "iteration", "nrmse", "rssd", "front")
    columns: dict[str, object] = {name: getattr(document, name) for name in names}
    return _named(columns, {"model_id": document.model_id, "chosen": str(document.chosen)})


def write_stream(table: pa.Table) -> bytes:
    """A table in the Arrow IPC stream format."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _named(columns: dict[str, object], facts: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    return pa.table(columns).replace_schema_metadata(facts)
