"""How a model shows itself: a paragraph where text is shown, a table in a notebook."""

from __future__ import annotations

from html import escape

from mixline.mmm.estimates import Estimate
from mixline.mmm.model import MixModel


def describe(model: MixModel) -> str:
    """The model in a few lines of text: what it explains, how well, and the return of every paid channel."""
    rows = _rows(model)
    widths = [max(len(row[i]) for row in (_header(model), *rows)) for i in range(4)]
    lines = [_title(model), _fit(model)]
    for row in (_header(model), *rows):
        lines.append("  " + row[0].ljust(widths[0]) + "".join(f"  {row[i].rjust(widths[i])}" for i in (1, 2, 3)))
    return "\n".join(lines)


def describe_html(model: MixModel) -> str:
    """The same as an HTML fragment without styles of its own: notebooks bring theirs."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _header(model))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(model))
    return (
        f"<div><p><b>{escape(_title(model))}</b><br>{escape(_fit(model))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _title(model: MixModel) -> str:
    dates, goal = model.window_dates, model.spec.goal
    segment = f" in {model.spec.segment_value}" if model.spec.segment_value else ""
    unit = f", {goal.currency}" if goal.currency and goal.kind == "revenue" else ""
    return (
        f"Marketing mix model of {goal.label or goal.column}{segment}{unit}: {len(dates)} {model.interval}s from {dates[0]}"
        f" to {dates[-1]}, {len(model.draws)} draws"
    )


def _fit(model: MixModel) -> str:
    from mixline.mmm.response import fit_quality

    quality = fit_quality(model)
    held = model.metrics.get("nrmse_validation")
    return f"R² {quality.r2:.3f}, NRMSE {quality.nrmse:.4f}" + ("" if held is None else f" (held out {held:.4f})")


def _header(model: MixModel) -> tuple[str, str, str, str]:
    money = model.spec.goal.currency or "money"
    return "channel", f"spend, {money}", "contribution (90 % range)", "ROI (90 % range)"


def _rows(model: MixModel) -> list[tuple[str, str, str, str]]:
    from mixline.mmm.response import channel_results

    return [
        (r.label, f"{r.spend:,.0f}", _ranged(r.contribution, ",.0f"), _ranged(r.roi, ".3g"))
        for r in channel_results(model)
    ]


def _ranged(figure: Estimate, form: str) -> str:
    return f"{figure.value:{form}} ({figure.low:{form}} to {figure.high:{form}})"
