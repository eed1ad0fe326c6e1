"""A specification as YAML a person can read and edit: comments say what each part does and what the default is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from mixline.mmm.recipes.defaults import KINDS, ranges_for
from mixline.mmm.specification import COMPONENTS, Context, Media, ModelSpec, Range, Study

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_RESERVED = {
    "y",
    "n",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "null",
    "nan",
    "inf",
}  # words YAML reads as something else


def write(spec: ModelSpec) -> str:
    """The whole document. Reading it back with `read_yaml` gives an equal specification."""
    lines = ["# A marketing mix model. Lines starting with # are comments.", f"version: {spec.version}", ""]
    lines += _goal(spec)
    lines += ["", "# Channels: spend is the column of money; exposure, if given, the column that is modelled instead."]
    lines += ["# Without spend the channel is organic. A range is [low, high]; one number fixes the value."]
    lines += ["media:"]
    for media in spec.media:
        lines += _item(_media(media))
    lines += ["", "# Other drivers. A factor holds words or codes instead of amounts."]
    lines += _section("context", [_context(c) for c in spec.context])
    lines += ["", f"# Parts of the baseline, any of: {', '.join(COMPONENTS)}."]
    lines += [f"components: {_flow(spec.components)}"]
    lines += [f"holiday_country: {_scalar(spec.holiday_country)}  # two letters; needed for holiday"]
    if spec.segment_column or spec.segment_value:
        lines += ["", "# Only rows with this value are modelled."]
        lines += [f"segment_column: {_scalar(spec.segment_column)}", f"segment_value: {_scalar(spec.segment_value)}"]
    lines += [
        "",
        "# First and last day modelled; null means all there is. Earlier rows still feed the memory of media.",
    ]
    lines += [f"window_start: {_scalar(spec.window_start)}", f"window_end: {_scalar(spec.window_end)}"]
    lines += ["", "# non_negative: the base level may not fall below zero; free: it may; none: there is no base level."]
    lines += [f"intercept: {spec.intercept}"]
    lines += [f"penalty_factors: {_scalar(spec.penalty_factors)}  # search a ridge penalty per term, too"]
    lines += ["", "# Hold-out: the share of weeks fitted on, or a range to search; null fits on all weeks."]
    lines += ["validation:", f"  train: {'null' if spec.validation.train is None else _range(spec.validation.train)}"]
    lines += [f"  leaking: {_scalar(spec.validation.leaking)}  # true only to compare with Robyn"]
    folds, horizon = spec.validation.folds, spec.validation.horizon
    lines += [f"  folds: {folds}  # forecasts of the past made after the fit; 0 makes none"]
    lines += [f"  horizon: {horizon}  # periods each of them looks ahead; 0: a quarter of a year"]
    search = spec.search
    lines += ["", "# Size of the search. The same seed gives the same model."]
    lines += ["search:", f"  trials: {search.trials}", f"  iterations: {search.iterations}"]
    lines += [f"  batch: {search.batch}", f"  seed: {search.seed}"]
    lines += [f"  rssd_weight: {_scalar(search.rssd_weight)}  # 0: shares of effect need not resemble shares of spend"]
    lines += [f"  optimizer: {search.optimizer}  # arrays, or nevergrad: the reference with the same rules, slower"]
    lines += [f"  early_stop: {_scalar(search.early_stop)}  # end a trial once it no longer gains"]
    lines += [f"  lift_weight: {_scalar(search.lift_weight)}  # 0: lift studies are compared with and do not guide"]
    lines += ["", "# Lift studies: the total extra outcome between two days. confidence: 1 less the p-value."]
    lines += _section("studies", [_study(s) for s in spec.studies])
    if spec.refresh is not None:
        lines += [
            "",
            "# The earlier model this one continues: periods added, shares of its terms, and the first build's ranges.",
        ]
        lines += ["refresh:", f"  model: {_scalar(spec.refresh.model)}", f"  steps: {spec.refresh.steps}", "  shares:"]
        lines += [f"    {_scalar(name)}: {_scalar(share)}" for name, share in spec.refresh.shares.items()]
        if not spec.refresh.shares:
            lines[-1] += " {}"
        lines += [f"  chain: [{', '.join(_scalar(name) for name in spec.refresh.chain)}]", "  limits:"]
        lines += [f"    {_scalar(name)}: {_range(limit)}" for name, limit in spec.refresh.limits.items()]
        if not spec.refresh.limits:
            lines[-1] += " {}"
    return "\n".join(lines) + "\n"


def _goal(spec: ModelSpec) -> list[str]:
    goal = spec.goal
    return [
        "# What is explained: revenue (money) or conversions (counts).",
        "goal:",
        f"  column: {_scalar(goal.column)}",
        f"  kind: {goal.kind}",
        f"  label: {_scalar(goal.label)}",
        f"  currency: {_scalar(goal.currency)}",
        f"date_column: {_scalar(spec.date_column)}",
    ]


def _media(media: Media) -> list[str]:
    lines = [f"name: {_scalar(media.name)}"]
    lines += [
        f"{key}: {_scalar(getattr(media, key))}" for key in ("spend", "exposure") if getattr(media, key) is not None
    ]
    kind = KINDS.get(media.kind)
    lines += [f"kind: {_scalar(media.kind)}" + (f"  # {kind.reason}" if kind else "")]
    lines += [f"adstock: {_scalar(media.adstock)}", f"sign: {media.sign}"]
    if media.label:
        lines += [f"label: {_scalar(media.label)}"]
    if media.ranges:
        lines += ["ranges:", *(f"  {key}: {_range(value)}" for key, value in media.ranges.items())]
    else:
        usual = ", ".join(f"{key}: {_range(value)}" for key, value in ranges_for(media).items())
        lines += [f"ranges: {{}}  # weekly defaults: {usual}"]
    return lines


def _context(context: Context) -> list[str]:
    lines = [f"name: {_scalar(context.name)}", f"column: {_scalar(context.column)}", f"sign: {context.sign}"]
    lines += [f"factor: {_scalar(context.factor)}"]
    return lines + ([f"label: {_scalar(context.label)}"] if context.label else [])


def _study(study: Study) -> list[str]:
    lines = [f"channels: {_flow(study.channels)}"]
    fields = ("start", "end", "effect", "spend", "confidence", "scope")
    return lines + [f"{key}: {_scalar(getattr(study, key))}" for key in fields]


def _section(name: str, items: list[list[str]]) -> list[str]:
    if not items:
        return [f"{name}: []"]
    return [f"{name}:", *(line for item in items for line in _item(item))]


def _item(lines: Iterable[str]) -> list[str]:
    return [("  - " if i == 0 else "    ") + line for i, line in enumerate(lines)]


def _flow(values: Iterable[str]) -> str:
    return "[" + ", ".join(_scalar(v) for v in values) + "]"


def _range(value: Range) -> str:
    return _scalar(value.low) if value.fixed else f"[{_scalar(value.low)}, {_scalar(value.high)}]"


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
        return value if plain else _quoted(value)
    return str(value)


def _quoted(text: str) -> str:
    import yaml

    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))).rstrip("\n")
