"""What a model says, in sentences for people who have never seen one."""

from __future__ import annotations

from dashboard.figures.drawing import Look
from dashboard.figures.format import write_chance, write_periods, write_share
from dashboard.figures.next_money import find_amount, rank_channels, scale_estimate
from dashboard.words import write_fit
from mixline.messages import ChannelSummary, ModelSummary

UNSURE = 1.0  # width of a range against its middle: beyond it a number is a direction, not a size


def list_sentences(summary: ModelSummary, look: Look) -> tuple[str, ...]:
    """Five or six sentences: what came of it, which channels, what next, how sure."""
    unit, channels = look.unit, sorted(summary.channels, key=lambda channel: -channel.contribution.value)
    sentences = [
        f"Paid marketing brought {unit.outcome(summary.incremental.value)} "
        f"({unit.outcome_range(summary.incremental, look.level)}) of {unit.outcome(summary.outcome)} "
        f"{unit.outcome_name}, with {unit.money(summary.spend)} spent."
    ]
    if channels:
        top = channels[0]
        sentences.append(
            f"{top.label} brought the most: {unit.outcome(top.contribution.value)}, "
            f"{write_share(top.share_of_effect.value)} of everything paid media brought with "
            f"{write_share(top.share_of_spend)} of the money."
            if len(channels) > 1
            else f"All of it came through {top.label}, the only paid channel."
        )
        sentences.append(write_returns(summary, look))
        sentences.append(write_next(summary, look))
        longest = max(channels, key=lambda channel: channel.half_life_periods)
        works = "works longest" if len(channels) > 1 else "works on after the spend"
        sentences.append(
            f"{longest.label} {works}: half of its effect is gone after "
            f"{write_periods(longest.half_life_periods, summary.interval)}."
        )
        unsure = _least_known(channels)
        if unsure is not None:
            least = "is known least" if len(channels) > 1 else "is known roughly"
            sentences.append(
                f"{unsure.label} {least}: its ROI may be anything within {unit.roi_range(unsure.roi, look.level)} "
                f"{unit.roi_name}. A lift test would tell."
            )
    sentences.append(f"The model f{write_fit(summary).removeprefix('It f')}")
    return tuple(sentences)


def write_returns(summary: ModelSummary, look: Look) -> str:
    """The best and the weakest channel for their money."""
    unit = look.unit
    channels = sorted((c for c in summary.channels if c.spend > 0), key=lambda channel: -channel.roi.value)
    if not channels:
        return "Nothing was spent in this window."
    best, worst = channels[0], channels[-1]
    if len(channels) == 1:
        return f"{best.label} returned {unit.roi_with_range(best.roi, look.level)} {unit.roi_name}."
    lead = f"{best.label} returned the most for its money, {unit.roi_with_range(best.roi, look.level)} {unit.roi_name}"
    tail = f"{worst.label} the least, {unit.roi_with_range(worst.roi, look.level)}"
    if unit.conversions:
        return f"{lead}; {tail}."
    chance = write_chance(worst.probability_profitable)
    odds = "whether it paid for itself is uncertain" if chance == "uncertain" else f"it {chance} paid for itself"
    odds = odds.replace("it probably not paid", "it probably did not pay").replace(
        "it very unlikely paid", "it is very unlikely to have paid"
    )
    return f"{lead}; {tail} ({odds})."


def write_next(summary: ModelSummary, look: Look) -> str:
    """Where a little more money would work hardest, and where least."""
    unit, ranked = look.unit, rank_channels(summary)
    if not ranked:
        return "There is no channel to spend on."
    amount = find_amount(summary)
    gain = scale_estimate(ranked[0].marginal_roi, amount)
    where = f"in {ranked[0].label} brings" if len(ranked) == 1 else f"works hardest in {ranked[0].label}:"
    text = (
        f"The next {unit.money(amount)} {where} about {unit.outcome(gain.value)} more "
        f"({unit.outcome_range(gain, look.level)})"
    )
    if len(ranked) == 1:
        return f"{text}."
    least = scale_estimate(ranked[-1].marginal_roi, amount)
    return f"{text}; least in {ranked[-1].label}, {unit.outcome(least.value)}."


def _least_known(channels: list[ChannelSummary]) -> ChannelSummary | None:
    spent = [channel for channel in channels if channel.roi.value > 0]
    if not spent:
        return None
    widest = max(spent, key=lambda channel: (channel.roi.high - channel.roi.low) / channel.roi.value)
    return widest if (widest.roi.high - widest.roi.low) / widest.roi.value > UNSURE else None
