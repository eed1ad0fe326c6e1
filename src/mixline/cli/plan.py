"""`mixline mmm plan`: the best way to spend over the periods ahead, from a model's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mixline.cli.files import load_model
from mixline.cli.output import format_number, print_json, print_table
from mixline.cli.reading import json_option, model_option
from mixline.errors import SpecificationError

if TYPE_CHECKING:
    from mixline.mmm.estimates import Estimate
    from mixline.mmm.model import MixModel
    from mixline.mmm.planner import Bounds, ChannelGroup, Plan


@click.command()
@model_option
@click.option("--periods", type=click.IntRange(1, 731), default=13, show_default=True, help="Periods ahead.")
@click.option("--again", is_flag=True, help="Plan the model's window once more instead of the periods ahead.")
@click.option("--budget", type=float, default=None, help="Money over all periods; today's spend when left out.")
@click.option("--reach-outcome", type=float, default=None, help="The least budget for this outcome over all periods.")
@click.option("--roi", type=float, default=None, help="The highest outcome at this return on the whole spend.")
@click.option("--marginal-roi", type=float, default=None, help="Spend until the next unit of money brings this.")
@click.option(
    "--bounds", multiple=True, metavar="CHANNEL=LOW:HIGH", help="Multiples of today's spend, such as tv=0.5:2."
)
@click.option("--money", multiple=True, metavar="CHANNEL=LOW:HIGH", help="Bounds in money over all periods.")
@click.option("--lock", multiple=True, metavar="CHANNEL", help="Keep a channel's spend as it is today.")
@click.option("--group", multiple=True, metavar="A+B=LOW:HIGH", help="Bounds of channels together, in money.")
@click.option(
    "--flight", multiple=True, metavar="CHANNEL=PERIODS", help="A channel may pause, in runs of at least this."
)
@click.option(
    "--price", multiple=True, metavar="CHANNEL=FACTOR", help="Price of media against today's, such as tv=1.1."
)
@click.option("--pacing", type=click.Choice(["historic", "flat"]), default="historic", show_default=True)
@click.option("--baseline", type=click.Choice(["season", "flat"]), default="season", show_default=True)
@click.option("--carry-out", is_flag=True, help="Count effects that come after the planned periods.")
@click.option("--cautious", type=float, default=None, help="Maximise this quantile of the gain, such as 0.25.")
@click.option("--today", type=click.IntRange(1), default=None, help="Today is the mean of so many last periods.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@json_option
def plan(
    folder: Path,
    periods: int,
    again: bool,
    budget: float | None,
    reach_outcome: float | None,
    roi: float | None,
    marginal_roi: float | None,
    bounds: tuple[str, ...],
    money: tuple[str, ...],
    lock: tuple[str, ...],
    group: tuple[str, ...],
    flight: tuple[str, ...],
    price: tuple[str, ...],
    pacing: str,
    baseline: str,
    carry_out: bool,
    cautious: float | None,
    today: int | None,
    seed: int,
    as_json: bool,
) -> None:
    """The best plan for a budget, an outcome or a return.

    \b
    Example:
      mixline mmm plan --model model --periods 13 --budget 500000 --bounds tv=0.5:1.5 --lock search
      mixline mmm plan --model model --roi 2.5 --json
    """
    from mixline.mmm.planner import PlanRequest
    from mixline.mmm.planner import plan as make_plan

    targets = {"outcome": reach_outcome, "roi": roi, "marginal_roi": marginal_roi}
    asked = [name for name, value in targets.items() if value is not None]
    if len(asked) > 1:
        raise click.UsageError("Choose one of --reach-outcome, --roi and --marginal-roi.")
    limits = {name: _bounds(text, relative=True) for name, text in map(_pair, bounds)}
    limits |= {name: _bounds(text, relative=False) for name, text in map(_pair, money)}
    request = PlanRequest(
        scenario=asked[0] if asked else "budget",  # type: ignore[arg-type]
        periods=None if again else periods,
        budget=budget,
        target=targets[asked[0]] if asked else None,
        bounds=limits,
        locked=lock,
        groups=tuple(_group(text) for text in group),
        flights={name: _whole(text, name) for name, text in map(_pair, flight)},
        prices={name: _number(text, name) for name, text in map(_pair, price)},
        pacing=pacing,  # type: ignore[arg-type]
        baseline=baseline,  # type: ignore[arg-type]
        carry_out=carry_out,
        cautious=cautious,
        today_periods=today,
    )
    model = load_model(folder)
    found = make_plan(model, request, seed)
    if as_json:
        print_json(found.to_dict())
    else:
        _print_plan(model, found)


def _print_plan(model: MixModel, plan: Plan) -> None:
    money = model.spec.goal.currency or "money"
    revenue = model.spec.goal.kind == "revenue"
    unit = money if revenue else "conversions"
    rows = [
        [
            c.label,
            format_number(c.spend_today),
            format_number(c.spend),
            "" if c.change is None else f"{c.change:+.0%}",
            format_number(c.contribution.value),
            _range(c.contribution),
            format_number(c.roi.value),
            format_number(c.marginal_roi.value),
            {"": "", "least": "at its least", "most": "at its most", "locked": "locked"}[c.held],
        ]
        for c in sorted(plan.channels, key=lambda c: -c.spend)
    ]
    total = ["All channels", format_number(plan.spend_today), format_number(plan.spend)]
    change = f"{plan.spend / plan.spend_today - 1:+.0%}" if plan.spend_today > 0 else ""
    brought = [format_number(plan.contribution.value), _range(plan.contribution)]
    rows.append([*total, change, *brought, format_number(plan.roi.value), format_number(plan.marginal_roi.value), ""])
    print_table(
        f"Plan of {len(plan.dates)} {model.interval}s, {plan.dates[0]} to {plan.dates[-1]}",
        ["Channel", f"Today ({money})", f"Plan ({money})", "Change", f"Brings ({unit})", "90 % range",
         "ROI" if revenue else f"{unit} per {money}", "Marginal", "Limit"],
        rows,
    )  # fmt: skip
    click.echo(
        f"Outcome {format_number(plan.outcome.value)} ({_range(plan.outcome)}), today's plan "
        f"{format_number(plan.outcome_today.value)}: uplift {format_number(plan.uplift.value)} ({_range(plan.uplift)}), "
        f"any uplift with a probability of {plan.probability_of_uplift:.0%}."
    )
    for heading, sentences in (("What to change", plan.changes), ("What stops it", plan.binding), ("Note", plan.notes)):
        for sentence in sentences:
            click.echo(f"{heading}: {sentence}")


def _range(estimate: Estimate) -> str:
    return f"{format_number(estimate.low)} to {format_number(estimate.high)}"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise SpecificationError("an option is not readable", got=text, expected="NAME=VALUE")
    return name.strip(), value.strip()


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SpecificationError("this is not a number", where=where, got=text, expected="such as 1.5") from None


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SpecificationError("this is not a whole number", where=where, got=text, expected="such as 4") from None


def _bounds(text: str, *, relative: bool) -> Bounds:
    from mixline.mmm.planner import Bounds

    low, colon, high = text.partition(":")
    if not colon:
        raise SpecificationError("bounds are not readable", got=text, expected="LOW:HIGH, either may be left out")
    return Bounds(
        _number(low, "lower bound") if low else None, _number(high, "upper bound") if high else None, relative=relative
    )


def _group(text: str) -> ChannelGroup:
    from mixline.mmm.planner import ChannelGroup

    names, value = _pair(text)
    channels = tuple(name.strip() for name in names.split("+"))
    return ChannelGroup(names, channels, _bounds(value, relative=False))
