"""Findings in words: verdict, fit and each channel's worth. Pure functions of a model's summary."""

from __future__ import annotations

import re
from datetime import date

from dashboard.figures.format import Unit, unit_of, write_chance, write_date, write_share
from mixline.messages import ChannelSummary, Finding, FitQuality, ModelSummary, Verdict

VERDICTS: dict[Verdict, str] = {
    "trust": "You can trust these numbers",
    "care": "Use these numbers with care",
    "do_not_use": "Do not decide by these numbers",
}
DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
SEVERITY = {"error": 0, "warning": 1, "info": 2}


def order_findings(findings: list[Finding]) -> list[Finding]:
    """The worst first; otherwise as the checks gave them."""
    return sorted(findings, key=lambda finding: SEVERITY[finding.severity])


def write_verdict(summary: ModelSummary) -> tuple[str, str]:
    """The verdict as a heading, and the worst finding as a sentence."""
    findings = [f for f in order_findings(summary.findings) if f.severity != "info"]
    if not findings:
        passed = "All checks passed: fit, ranges, signs and plausibility."
        return VERDICTS[summary.verdict], passed if summary.verdict == "trust" else "Not all checks passed."
    worst = findings[0]
    return VERDICTS[summary.verdict], " ".join(write_sentence(part) for part in (worst.title, worst.detail) if part)


def write_sentence(text: str) -> str:
    """With a capital, a full stop, and per cent signs and dates as everywhere here."""
    text = DATE.sub(_write_found_date, re.sub(r"(\d)%", r"\1 %", text.strip()))
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _write_found_date(found: re.Match[str]) -> str:
    try:
        return write_date(date(*map(int, found.groups())))
    except ValueError:  # it only looks like one
        return found[0]


def write_fit_title(summary: ModelSummary) -> str:
    """How well the model explains the data, in one short sentence."""
    r2 = summary.fit.r2
    how = "very well" if r2 >= 0.9 else "well" if r2 >= 0.8 else "partly" if r2 >= 0.6 else "poorly"
    return f"The model explains {unit_of(summary).outcome_name} {how}"


def write_fit(summary: ModelSummary) -> str:
    """What the measures of fit mean, in one or two sentences."""
    fit = summary.fit
    text = (
        f"It follows {write_share(max(fit.r2, 0.0))} of the ups and downs and is off by "
        f"{write_share(fit.mape)} in a typical {summary.interval}."
    )
    held_out = write_held_out(fit)
    return f"{text} {held_out}" if held_out else text


def write_held_out(fit: FitQuality) -> str:
    """What happened on periods the model had not seen."""
    if fit.nrmse_validation is None:
        return ""
    ratio = fit.nrmse_validation / fit.nrmse if fit.nrmse > 0 else float("inf")
    if ratio <= 1.3:
        return "It does as well on periods it had not seen."
    if ratio <= 2.0:
        return "It does somewhat worse on periods it had not seen."
    return "It does clearly worse on periods it had not seen."


def write_worth(channel: ChannelSummary) -> str:
    """Whether the channel pays for itself: a bet in words with its probability."""
    chance = channel.probability_profitable
    return f"{write_chance(chance)} ({'> 99 %' if chance > 0.99 else write_share(chance)})"


DAYS = {"day": 1.0, "week": 7.0, "month": 30.4}


def write_half_life(channel: ChannelSummary, interval: str) -> str:
    """How long the channel works after the money is spent, in days or weeks a person can picture."""
    at_once = f"{write_share(channel.immediate_share)} of the effect comes in the {interval} of the spend"
    if channel.immediate_share > 0.995:
        return f"All of the effect comes in the {interval} of the spend."
    days = channel.half_life_periods * DAYS[interval]
    if days < 1:
        half = "half of it within a day"
    elif days < 13.5:
        half = f"half of it is gone after about {round(days)} {'day' if round(days) == 1 else 'days'}"
    elif days < 75:
        half = f"half of it is gone after about {round(days / 7)} weeks"
    else:
        half = f"half of it is gone after about {round(days / 30.4)} months"
    return f"{at_once}; {half}."


def count_candidates(summary: ModelSummary) -> int:
    """How many candidates the search tried: fewer than it might have where trials could end early."""
    return summary.evaluated or summary.trials * summary.iterations


def write_search(summary: ModelSummary, noun: str = "candidates") -> str:
    """5 trials of 2,000 candidates; of at most as many where some ended early."""
    most = "at most " if count_candidates(summary) < summary.trials * summary.iterations else ""
    trials = "1 trial" if summary.trials == 1 else f"{summary.trials} trials"
    return f"{trials} of {most}{summary.iterations:,} {noun}"


def write_best_next(summary: ModelSummary, unit: Unit) -> str:
    """Where a little more money brings the most and the least: what a channel's room is worth, not how much of it there is."""
    channels = [channel for channel in summary.channels if channel.spend > 0] or list(summary.channels)
    best = max(channels, key=lambda channel: channel.marginal_roi.value)
    least = min(channels, key=lambda channel: channel.marginal_roi.value)
    where = f"in {best.label}" if best is least else f"the most in {best.label} and the least in {least.label}"
    return f"the next {unit.money_name} brings {where}"


def write_overview(summary: ModelSummary, unit: Unit) -> str:
    """The page's finding in one sentence."""
    share = summary.incremental.value / summary.outcome if summary.outcome else 0.0
    name = "Paid marketing caused"
    worth = (
        f"at {unit.money(summary.spend / summary.incremental.value)} each"
        if unit.conversions and summary.incremental.value > 0
        else f"and brought back {unit.roi(summary.blended_roi.value)} {unit.roi_name} spent"
    )
    return f"{name} {write_share(share)} of {unit.outcome_name} {worth}."
