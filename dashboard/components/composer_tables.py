"""The tables of the composer: channels with their ranges, context, lift studies. Rows hold words; `read_*` turns them back.

An empty range is the default of the channel's kind, shown in grey: choosing another kind changes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag

from dashboard.components.composer_fields import read_number, read_percent
from dashboard.components.mapping_table import KIND_LABELS
from mixline.messages import SpecificationDraft

Row = dict[str, Any]
GRID = "composer-grid"
CHANNELS, CONTEXT, STUDIES = "media", "context", "studies"  # the lists of the document they stand for
ADSTOCK_LABELS = {"geometric": "Geometric", "weibull_cdf": "Weibull, fading", "weibull_pdf": "Weibull, with a peak"}
SIGN_LABELS = {"positive": "Positive", "negative": "Negative", "either": "Either"}
SCOPE_LABELS = {"total": "Total", "immediate": "Immediate"}
RANGES = ("theta", "shape", "scale", "alpha", "gamma")
_RANGE = re.compile(r"\s*([-+]?[0-9.eE]+)\s*(?:–|—|-|to|,|;)\s*([-+]?[0-9.eE]+)\s*")
ROW_PIXELS, HEAD_PIXELS, ROWS_SHOWN = 38, 44, 12


def channel_rows(draft: SpecificationDraft) -> list[Row]:
    """A row per channel of the dataset; those the specification leaves out are not ticked."""
    chosen = {medium["name"]: medium for medium in draft.specification["media"]}
    rows = []
    for channel in draft.channels:
        medium = chosen.get(channel.name, {})
        ranges = medium.get("ranges", {})
        kind = medium.get("kind", channel.kind)
        rows.append(
            {
                "name": channel.name,
                "use": channel.name in chosen,
                "label": medium.get("label") or channel.label,
                "paid": channel.paid,
                "kind": KIND_LABELS.get(kind, kind),
                "input": "Exposure" if medium.get("exposure", channel.exposure) else "Spend",
                "exposed": bool(channel.exposure and channel.spend),
                "adstock": ADSTOCK_LABELS.get(medium.get("adstock", "geometric"), "Geometric"),
                "sign": SIGN_LABELS[medium.get("sign", "positive")],
                **{name: write_range(ranges[name]) if name in ranges else "" for name in RANGES},
                "problem": "",
            }
        )
    return rows


def read_media(draft: SpecificationDraft, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The media of a specification, in the order of the dataset."""
    known = {medium["name"]: medium for medium in draft.specification["media"]}
    channels = {channel.name: channel for channel in draft.channels}
    media = []
    for row in rows:
        if not row.get("use") or row["name"] not in channels:
            continue
        channel = channels[row["name"]]
        exposure = channel.exposure if not channel.spend or row.get("input") == "Exposure" else None
        ranges = {name: read_range(text) for name in RANGES if (text := str(row.get(name) or "").strip())}
        media.append(
            {
                **known.get(channel.name, {"name": channel.name}),
                "spend": channel.spend,
                "exposure": exposure,
                "kind": _key_of(KIND_LABELS, row.get("kind")),
                "adstock": _key_of(ADSTOCK_LABELS, row.get("adstock")),
                "sign": _key_of(SIGN_LABELS, row.get("sign")),
                "label": str(row.get("label") or "").strip(),
                "ranges": ranges,
            }
        )
    return media


def context_rows(draft: SpecificationDraft) -> list[Row]:
    """A row per column of the dataset that is context or an event."""
    chosen = {entry["name"]: entry for entry in draft.specification["context"]}
    return [
        {
            "name": known["name"],
            "use": known["name"] in chosen,
            "label": (entry := chosen.get(known["name"], known)).get("label") or known["name"],
            "column": known["column"],
            "as": "Event or category" if entry["factor"] else "Number",
            "sign": SIGN_LABELS[entry["sign"]],
            "problem": "",
        }
        for known in draft.context
    ]


def read_context(draft: SpecificationDraft, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    columns = {entry["name"]: entry["column"] for entry in draft.context}
    return [
        {
            "name": row["name"],
            "column": columns[row["name"]],
            "sign": _key_of(SIGN_LABELS, row.get("sign")),
            "factor": row.get("as") != "Number",
            "label": str(row.get("label") or "").strip(),
        }
        for row in rows
        if row.get("use") and row["name"] in columns
    ]


def study_rows(draft: SpecificationDraft) -> list[Row]:
    """A row per lift study. Its channels are called as the table of channels calls them."""
    labels = {channel.name: channel.label or channel.name for channel in draft.channels}
    return [
        {
            "name": str(place),
            "channels": ", ".join(labels.get(name, name) for name in study["channels"]),
            "start": study["start"],
            "end": study["end"],
            "effect": study["effect"],
            "spend": study["spend"],
            "confidence": round(float(study["confidence"]) * 100.0, 4),
            "scope": SCOPE_LABELS[study["scope"]],
            "problem": "",
        }
        for place, study in enumerate(draft.specification["studies"])
    ]


def new_study(draft: SpecificationDraft) -> Row:
    """An empty study at the end of the data, to be filled in; its name, a number, is given where it is added."""
    first = next((channel.label or channel.name for channel in draft.channels if channel.paid), "")
    window = {"start": "", "end": draft.last_date.isoformat()}
    blank = {"effect": None, "spend": None, "confidence": 90, "scope": SCOPE_LABELS["total"], "problem": ""}
    return {"name": "0", "channels": first, **window, **blank}


def read_studies(draft: SpecificationDraft, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Studies as the document has them; what is missing, no number or no channel stays so, for the engine to say."""
    names = {called.casefold(): c.name for c in draft.channels for called in (c.label, c.name) if called}
    return [
        {
            "channels": [
                names.get(part.strip().casefold(), part.strip())
                for part in str(row.get("channels") or "").split(",")
                if part.strip()
            ],
            "start": str(row.get("start") or ""),
            "end": str(row.get("end") or ""),
            "effect": read_number(row.get("effect")),
            "spend": read_number(row.get("spend")),
            "confidence": read_percent(row.get("confidence")),
            "scope": _key_of(SCOPE_LABELS, row.get("scope")),
        }
        for row in rows
    ]


def read_range(text: str) -> Any:
    """ "0.3 – 0.8" as its ends, "0.5" as both; anything else as it was typed."""
    match = _RANGE.fullmatch(text)
    if match is None:
        number = read_number(text)
        return number if isinstance(number, str) else {"low": number, "high": number}
    return {"low": read_number(match[1]), "high": read_number(match[2])}


def write_range(value: Mapping[str, float]) -> str:
    low, high = value["low"], value["high"]
    return f"{low:g}" if low == high else f"{low:g} – {high:g}"


def name_problems(used: Sequence[str], problems: Mapping[int, str]) -> dict[str, str]:
    """Sentences by the name of their row. Rows themselves are not sent: what a person types meanwhile must stay.

    Args:
        used: the name of each entry of the document, in its order.
        problems: sentences by entry.
    """
    return {used[place]: text for place, text in problems.items() if place < len(used)}


def list_problems(rows: Sequence[Mapping[str, Any]], used: Sequence[str], problems: Mapping[int, str]) -> list[str]:
    """The problems of a table's entries, each with the name the person knows it by."""
    labels = {
        row["name"]: str(
            row.get("label") or row.get("channels") or (f"Study {place}" if "channels" in row else row["name"])
        )
        for place, row in enumerate(rows, start=1)
    }
    known = [(labels.get(used[place], used[place]), text) for place, text in problems.items() if place < len(used)]
    return [f"{label}. {text}" for label, text in known]


def default_words(draft: SpecificationDraft) -> dict[str, Any]:
    """What the channel table shows in the place of an empty range, and why; looked up in the browser by kind and adstock."""
    return {
        "theta": {KIND_LABELS[kind.kind]: write_range(kind.theta.model_dump()) for kind in draft.kinds},
        "reason": {KIND_LABELS[kind.kind]: kind.reason for kind in draft.kinds},
        "ranges": {
            ADSTOCK_LABELS[form.name]: {name: write_range(value.model_dump()) for name, value in form.ranges.items()}
            for form in draft.adstocks
        },
        "uses": {ADSTOCK_LABELS[form.name]: [*form.parameters, "alpha", "gamma"] for form in draft.adstocks},
    }


def channel_grid(draft: SpecificationDraft) -> dag.AgGrid:
    """The table of channels."""
    limits = {name: f"{value.low:g} to {value.high:g}" for name, value in draft.limits.items()}
    heads = {
        "theta": ("Memory", f"Share of a period's effect that is still there in the next one, {limits['theta']}."),
        "shape": ("Shape", f"Of the Weibull, {limits['shape']}."),
        "scale": ("Scale", f"Of the Weibull, as a share of the series, {limits['scale']}."),
        "alpha": ("Curve", f"Below 1 it flattens from the start, above 1 it is S-shaped, {limits['alpha']}."),
        "gamma": ("Half-way", f"Where half of the most is reached, as a share of the most spent, {limits['gamma']}."),
    }
    ranges = [
        {
            "field": name,
            "headerName": head,
            "headerTooltip": words,
            "width": 90,
            "editable": {"function": f"composerUses(params, '{name}')"},
            "valueFormatter": {"function": f"composerRange(params, '{name}')"},
            "cellClassRules": {
                "cell-editable": f"composerUses(params, '{name}')",
                "cell-default": "!params.value",
            },
        }
        for name, (head, words) in heads.items()
    ]
    by_name = dict(zip(heads, ranges, strict=True))
    columns = [
        _tick(),
        {"field": "label", "headerName": "Channel", "width": 118, "editable": True, "tooltipField": "name",
         "cellClass": "cell-editable"},
        _choice("kind", "Kind", list(KIND_LABELS.values()), 112),
        _choice("adstock", "Carry-over", list(ADSTOCK_LABELS.values()), 160),
        by_name["theta"],
        {"colId": "reason", "headerName": "Why this memory", "flex": 1, "minWidth": 236, "cellClass": "cell-words",
         "valueGetter": {"function": "composerReason(params)"}, "tooltipValueGetter": {"function": "composerReason(params)"}},
        by_name["alpha"],
        by_name["gamma"],
        by_name["shape"],
        by_name["scale"],
        _choice("sign", "Effect", list(SIGN_LABELS.values()), 92),
        _choice("input", "Modelled on", ["Spend", "Exposure"], 108, "params.data.exposed"),
    ]  # fmt: skip
    return _grid(CHANNELS, channel_rows(draft), columns, context=default_words(draft))


def context_grid(draft: SpecificationDraft) -> dag.AgGrid:
    """The table of context, factors and events."""
    columns = [
        _tick(),
        {"field": "label", "headerName": "Shown as", "flex": 1, "minWidth": 150, "editable": True, "cellClass": "cell-editable"},
        {"field": "column", "headerName": "Column", "flex": 1, "minWidth": 140},
        _choice("as", "Read as", ["Number", "Event or category"], 150),
        _choice("sign", "Effect", list(SIGN_LABELS.values()), 110),
    ]  # fmt: skip
    return _grid(CONTEXT, context_rows(draft), columns)


def study_grid(draft: SpecificationDraft) -> dag.AgGrid:
    """The table of lift studies."""
    text = {"editable": True, "cellClass": "cell-editable"}
    number = {"editable": True, "type": "numericColumn", "cellClass": "cell-editable ag-right-aligned-cell"}
    columns = [
        {"field": "channels", "headerName": "Channels", "flex": 1, "minWidth": 150, **text,
         "headerTooltip": "Several, parted by commas, are measured together."},
        {"field": "start", "headerName": "From", "width": 116, "headerTooltip": "Such as 2024-01-31", **text},
        {"field": "end", "headerName": "To", "width": 116, **text},
        {"field": "effect", "headerName": "Lift", "width": 110,
         "headerTooltip": "What it brought in all, in the unit of the goal", **number},
        {"field": "spend", "headerName": "Spend", "width": 100,
         "headerTooltip": "What was spent on it, in the currency of the spend columns", **number},
        {"field": "confidence", "headerName": "Sure, %", "width": 92,
         "headerTooltip": "How sure the study is that there was an effect", **number},
        _choice("scope", "Measured", list(SCOPE_LABELS.values()), 110),
    ]  # fmt: skip
    return _grid(
        STUDIES,
        study_rows(draft),
        columns,
        rowSelection={"mode": "multiRow", "checkboxes": True, "headerCheckbox": False},
        localeText={"noRowsToShow": "No lift study yet."},
    )


def _tick() -> Row:
    return {
        "field": "use",
        "headerName": "Use",
        "width": 62,
        "editable": True,
        "cellRenderer": "agCheckboxCellRenderer",
        "cellEditor": "agCheckboxCellEditor",
        "pinned": "left",
    }


def _choice(field: str, name: str, values: list[str], width: int, condition: str = "true") -> Row:
    return {
        "field": field,
        "headerName": name,
        "width": width,
        "editable": {"function": condition},
        "cellEditor": "agSelectCellEditor",
        "cellEditorParams": {"values": values},
        "cellClassRules": {"cell-editable": condition},
    }


def _grid(table: str, rows: list[Row], columns: list[Row], **options: Any) -> dag.AgGrid:
    height = max(min(len(rows), ROWS_SHOWN), 2) * ROW_PIXELS + HEAD_PIXELS + 14
    return dag.AgGrid(
        id={"type": GRID, "table": table},
        rowData=rows,
        getRowId="params.data.name",
        columnDefs=columns,
        defaultColDef={"sortable": False, "resizable": True, "suppressHeaderMenuButton": True, "cellDataType": False},
        dashGridOptions={
            "rowHeight": ROW_PIXELS,
            "headerHeight": HEAD_PIXELS - 4,
            "singleClickEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "tooltipShowDelay": 250,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
            "animateRows": False,
            "rowClassRules": {"row-problem": "params.data.problem"},
            **options,
        },
        eventListeners={"cellEditingStarted": ["openChoices(params)"]},
        className="ag-theme-quartz composer-grid",
        style={"height": f"{height}px", "width": "100%"},
    )


def _key_of(labels: Mapping[str, str], label: Any) -> Any:
    """The value behind a label; what is no label goes to the engine as it is."""
    return next((key for key, text in labels.items() if text == label), label)
