"""`mixline mmm roi | curve | contributions | checks`: the numbers of a fitted model, from its folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mixline.cli.files import load_model
from mixline.cli.output import format_number, print_json, print_table
from mixline.errors import InputError

if TYPE_CHECKING:
    from mixline.mmm.estimates import Estimate
    from mixline.mmm.model import MixModel

model_option = click.option(
    "--model",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of a fitted model.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _range(estimate: Estimate) -> str:
    return f"{format_number(estimate.low)} to {format_number(estimate.high)}"


def _money(model: MixModel) -> str:
    return model.spec.goal.currency or "money"


def print_roi(model: MixModel, truth: Mapping[str, float] | None = None) -> None:
    """The ROI table: one line per channel with 90 % ranges, and the total; beside the true ROI where it is known."""
    from mixline.mmm.response import channel_results, totals

    total = totals(model)
    revenue = model.spec.goal.kind == "revenue"
    unit = _money(model) if revenue else "conversions"
    measure = "ROI" if revenue else f"{unit} per {_money(model)}"
    rows = [
        [
            channel.label,
            format_number(channel.spend),
            format_number(channel.contribution.value),
            _range(channel.contribution),
            format_number(channel.roi.value),
            _range(channel.roi),
            format_number(channel.marginal_roi.value),
            *([format_number(truth[channel.name]) if channel.name in truth else "?"] if truth else []),
        ]
        for channel in sorted(channel_results(model), key=lambda c: -c.contribution.value)
    ]
    rows.append(
        [
            "All channels",
            format_number(total.spend),
            format_number(total.incremental.value),
            _range(total.incremental),
            format_number(total.blended_roi.value),
            _range(total.blended_roi),
            format_number(total.marginal_roi.value),
            *([""] if truth else []),
        ]
    )
    first, last = model.window_dates[0], model.window_dates[-1]
    print_table(
        f"{model.spec.goal.label or model.spec.goal.column}, {first} to {last}",
        [
            "Channel",
            f"Spend ({_money(model)})",
            f"Contribution ({unit})",
            "90 % range",
            measure,
            "90 % range",
            "Marginal",
            *(["True ROI"] if truth else []),
        ],
        rows,
        note=f"Marginal: {unit} per further {_money(model)} at today's spend. Ranges are 90 %.",
    )


@click.command()
@model_option
@json_option
def roi(folder: Path, as_json: bool) -> None:
    """ROI per channel with 90 % ranges.

    \b
    Example:
      mixline mmm roi --model model
      mixline mmm roi --model model --json
    """
    model = load_model(folder)
    if not as_json:
        print_roi(model)
        return
    from mixline.mmm.response import channel_results

    print_json(
        [
            {
                "channel": channel.name,
                "spend": channel.spend,
                "contribution": channel.contribution.value,
                "contribution_low": channel.contribution.low,
                "contribution_high": channel.contribution.high,
                "roi": channel.roi.value,
                "roi_low": channel.roi.low,
                "roi_high": channel.roi.high,
                "marginal_roi": channel.marginal_roi.value,
            }
            for channel in channel_results(model)
        ]
    )


@click.command()
@model_option
@click.option("--channel", default=None, help="Only this channel.")
@json_option
def curve(folder: Path, channel: str | None, as_json: bool) -> None:
    """Response curves: outcome per period against spend per period, with 90 % ranges.

    \b
    Example:
      mixline mmm curve --model model --channel tv
    """
    from mixline.mmm.curves import curves

    model = load_model(folder)
    found = [c for c in curves(model) if channel is None or c.name == channel]
    if not found:
        raise InputError("the model has no such channel", got=channel, expected="one of " + ", ".join(model.paid_names))
    if as_json:
        print_json(
            [
                {
                    "channel": c.name,
                    "spend": c.spend.tolist(),
                    "value": c.outcome.value.tolist(),
                    "low": c.outcome.low.tolist(),
                    "high": c.outcome.high.tolist(),
                    "marginal": c.marginal.tolist(),
                    "spend_today": c.spend_today,
                    "value_today": c.value_today.value,
                    "observed_maximum": c.observed_maximum,
                }
                for c in found
            ]
        )
        return
    for c in found:
        steps = range(0, len(c.spend), max(1, len(c.spend) // 8))
        print_table(
            f"{c.label}: today {format_number(c.spend_today)} {_money(model)} per {model.interval} "
            f"brings {format_number(c.value_today.value)}",
            [f"Spend per {model.interval}", "Outcome", "90 % range", "Marginal"],
            [
                [
                    format_number(c.spend[i]) + ("" if c.spend[i] <= c.observed_maximum else " *"),
                    format_number(c.outcome.value[i]),
                    f"{format_number(c.outcome.low[i])} to {format_number(c.outcome.high[i])}",
                    format_number(c.marginal[i]),
                ]
                for i in steps
            ],
            note=f"{c.saturation_words} {c.carryover_words} (* beyond what was ever spent)",
        )


@click.command()
@model_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="CSV file to write.")
@click.option(
    "--period", type=click.Choice(["day", "week", "month", "quarter"]), default=None, help="Add up by period."
)
@json_option
def contributions(folder: Path, out: Path | None, period: Any, as_json: bool) -> None:
    """Contribution per date and term with mean, low and high (90 %). Terms add up to the fit, date by date.

    \b
    Example:
      mixline mmm contributions --model model --out contributions.csv
    """
    from mixline.mmm.response import contributions as compute

    model = load_model(folder)
    result = compute(model, period)
    rows = [
        {
            "date": str(date),
            "term": term.name,
            "group": term.group,
            "mean": float(term.series.value[i]),
            "low": float(term.series.low[i]),
            "high": float(term.series.high[i]),
        }
        for i, date in enumerate(result.dates)
        for term in result.terms
    ]
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["date", "term", "group", "mean", "low", "high"])
            writer.writeheader()
            writer.writerows(rows)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Contribution over the window",
        ["Term", "Group", "Contribution", "90 % range", "Share of outcome"],
        [
            [term.label, term.group, format_number(term.total.value), _range(term.total), f"{term.share:.1%}"]
            for term in result.terms
        ],
        text_columns=2,
    )
    if out is not None:
        click.echo(f"Wrote {out}: {len(rows):,} rows.")


@click.command()
@model_option
@json_option
def checks(folder: Path, as_json: bool) -> None:
    """What to know before trusting the model: one verdict, and each finding with what to do.

    \b
    Example:
      mixline mmm checks --model model
    """
    from mixline.mmm.checks.review import review

    result = review(load_model(folder))
    if as_json:
        print_json(
            {
                "verdict": result.verdict,
                "findings": [
                    {
                        "code": f.code,
                        "severity": f.severity,
                        "title": f.title,
                        "detail": f.detail,
                        "action": f.action,
                        "value": f.value,
                    }
                    for f in result.findings
                ],
                "checks": [{"question": a.question, "status": a.status, "figure": a.figure} for a in result.answers],
            }
        )
        return
    words = {"trust": "Trust it.", "care": "Use with care.", "do_not_use": "Do not use it."}
    click.echo(f"Verdict: {words[result.verdict]}")
    for finding in result.findings:
        click.echo(f"- {finding.severity}: {finding.title}. {finding.detail} {finding.action}".rstrip())
    for answer in result.answers:
        if answer.status == "passed":
            figure = "" if answer.figure is None else f" ({answer.figure:.3g})"
            click.echo(f"- passed: {answer.question}{figure}")
