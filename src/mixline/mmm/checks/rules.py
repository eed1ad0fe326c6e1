"""The checks a fitted model goes through. Each is a small class: its thresholds with their reasons, and one `run`.

A check returns findings: what was seen, the figure, and what to do. Nothing found means nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mixline.mmm.checks.autocorrelation import AutocorrelationCheck
from mixline.mmm.checks.calibration import CalibrationCheck
from mixline.mmm.checks.choice import ChosenByPersonCheck
from mixline.mmm.checks.findings import Check, Finding, Reading
from mixline.mmm.checks.holdout import BacktestCheck, HoldOutCheck
from mixline.mmm.checks.imported import ImportedCheck
from mixline.mmm.checks.influence import FollowsDemandCheck, OutlierCheck
from mixline.mmm.checks.plan import ExtrapolatedOptimumCheck
from mixline.mmm.checks.refresh import RefreshCheck, widest_range
from mixline.mmm.checks.shared_movement import SharedMovementCheck
from mixline.mmm.checks.words import PARAMETERS, write_return
from mixline.mmm.curves import WORDS
from mixline.mmm.media_effects import effect_over_time
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.transforms.adstock import adstock, adstock_named


@dataclass(frozen=True)
class FitCheck:
    """Does the model follow the outcome it was fitted on?

    Weekly revenue models in practice reach 0.9; below 0.8 a fifth of the movement is unexplained and channels that move with
    it are credited with it; below 0.5 most of it is.
    """

    weak: float = 0.8
    bad: float = 0.5

    def figure(self, reading: Reading) -> float:
        return reading.fit.r2

    def run(self, reading: Reading) -> Iterator[Finding]:
        r2 = self.figure(reading)
        if r2 < self.weak:
            yield Finding(
                "fit",
                "error" if r2 < self.bad else "warning",
                "The model explains too little of the outcome",
                f"R² is {r2:.2f}; from {self.weak} on, what moves the outcome is mostly in the model.",
                "Add what else moves the outcome, such as prices, promotions or stock, or check the goal column.",
                r2,
            )


@dataclass(frozen=True)
class BaselineCheck:
    """Is what would have been earned without media believable?

    A baseline below zero cannot be. Above 98 % media would hardly matter; below 10 % the company would hardly exist without
    advertising. Companies that measured it by switching media off found 40-95 %.
    """

    low: float = 0.1
    high: float = 0.98

    def figure(self, reading: Reading) -> float:
        whole = reading.totals
        return whole.baseline.value / whole.fitted if whole.fitted else 0.0

    def run(self, reading: Reading) -> Iterator[Finding]:
        share = self.figure(reading)
        if self.low <= share <= self.high:
            return
        negative = share < 0
        yield Finding(
            "baseline",
            "error" if negative else "warning",
            "The baseline is negative" if negative else "The baseline is hard to believe",
            f"Without any media the outcome would be {share:.0%} of what it is.",
            "On the Runs page, under Context & baseline, keep the level without media at zero or more (intercept: "
            "non_negative), and add season, holidays or demand so that media are not credited with them."
            if share < self.low
            else "Check that spend and outcome cover the same market and are dated alike.",
            share,
        )


@dataclass(frozen=True)
class ZeroChannelCheck:
    """Has a channel that costs money no effect at all?

    Under 0.05 % of the paid effect is nothing at the precision a share is shown with. From 1 % of spend on it matters.
    """

    nothing: float = 0.0005
    spend: float = 0.01

    def figure(self, reading: Reading) -> float | None:
        """The least share of effect of a channel that costs money."""
        costly = [abs(c.share_of_effect.value) for c in reading.channels if c.share_of_spend >= self.spend]
        return min(costly, default=None)

    def run(self, reading: Reading) -> Iterator[Finding]:
        for channel in reading.channels:
            if channel.share_of_spend >= self.spend and abs(channel.share_of_effect.value) < self.nothing:
                yield Finding(
                    "zero-channel",
                    "warning",
                    f"{channel.label} is at zero",
                    f"It takes {channel.share_of_spend:.0%} of spend and the model gives it no effect.",
                    "Do not cut it on this ground alone: widen its ranges, join it with a channel it runs with, or test it.",
                    channel.share_of_spend,
                    (channel.name,),
                )


@dataclass(frozen=True)
class RoiCheck:
    """Is a return too good to be true?

    Published revenue ROIs of long-run studies lie between 0.5 and 10; an ROI above 20 is nearly always demand that caused
    the spend (brand search, retargeting), not the other way round. Only for revenue: conversions have no scale.
    """

    absurd: float = 20.0

    def figure(self, reading: Reading) -> float | None:
        if reading.model.spec.goal.kind != "revenue":
            return None
        return max((channel.roi.value for channel in reading.channels), default=None)

    def run(self, reading: Reading) -> Iterator[Finding]:
        if reading.model.spec.goal.kind != "revenue":
            return
        for channel in reading.channels:
            if channel.roi.value > self.absurd:
                yield Finding(
                    "roi",
                    "warning",
                    f"The ROI of {channel.label} is hard to believe",
                    f"Each unit of money would bring {channel.roi.value:.0f}.",
                    "Spend that follows demand looks like this: add a measure of demand, or test the channel.",
                    channel.roi.value,
                    (channel.name,),
                )


@dataclass(frozen=True)
class WideRangeCheck:
    """Is a channel's effect known well enough to act on?

    A 90 % range wider than twice the figure spans nothing to double: the sign of a budget change cannot be told.
    """

    width: float = 2.0
    spend: float = 0.05

    def figure(self, reading: Reading) -> float | None:
        """The widest range of a channel of some size, over its figure."""
        sizes = [
            c.contribution for c in reading.channels if c.share_of_spend >= self.spend and c.contribution.value > 0
        ]
        return max(((size.high - size.low) / size.value for size in sizes), default=None)

    def run(self, reading: Reading) -> Iterator[Finding]:
        goal = reading.model.spec.goal
        for channel in reading.channels:
            figure = channel.contribution
            if channel.share_of_spend < self.spend or figure.value <= 0:
                continue
            width = (figure.high - figure.low) / figure.value
            if width > self.width:
                yield Finding(
                    "wide-range",
                    "info",
                    f"The effect of {channel.label} is known only roughly",
                    f"Its ROI lies between {write_return(channel.roi.low, goal)} and {write_return(channel.roi.high, goal)}.",
                    "Vary its spend more, or run a lift study and give it to the model.",
                    width,
                    (channel.name,),
                )


@dataclass(frozen=True)
class BoundCheck:
    """Does the search want to leave its ranges?

    Within 2 % of an end in nine of ten draws the data push against it. Ends that are natural limits do not count.
    """

    near: float = 0.02
    agreement: float = 0.9
    natural: ClassVar[frozenset[tuple[str, float]]] = frozenset(
        {("theta", 0.0), ("shape", 0.0), ("scale", 0.0), ("gamma", 1.0)}
    )

    def run(self, reading: Reading) -> Iterator[Finding]:
        model = reading.model
        for m, media in enumerate(model.spec.ordered_media):
            for name, drawn in _drawn_parameters(model, m).items():
                allowed = widest_range(model.spec, media, name, ranges_for(media, model.interval)[name])
                if allowed.fixed:
                    continue
                reach = self.near * (allowed.high - allowed.low)
                for end, at in (
                    (allowed.low, drawn <= allowed.low + reach),
                    (allowed.high, drawn >= allowed.high - reach),
                ):
                    share = float(model.draws.weights @ at)
                    if share >= self.agreement and (name, end) not in self.natural:
                        yield Finding(
                            "at-bound",
                            "info",
                            f"The {PARAMETERS.get(name, name)} of {media.label or media.name} sits at the end of its range",
                            f"{share:.0%} of the draws lie at {end:g}, the range of {name} being "
                            f"{allowed.low:g} to {allowed.high:g}.",
                            "If a value beyond it is believable, widen the range on the Runs page, under Channels.",
                            end,
                            (media.name,),
                        )


@dataclass(frozen=True)
class CollinearCheck:
    """Can two channels be told apart?

    Effects over time that correlate above 0.9 (four fifths of the movement shared) leave their sum known and their
    split open.
    """

    alike: float = 0.9

    def figure(self, reading: Reading) -> float | None:
        """The correlation of the two channels that are most alike."""
        return max((likeness for _, _, likeness in _pairs(reading.model)), default=None)

    def run(self, reading: Reading) -> Iterator[Finding]:
        names = reading.model.media_names
        labels = [channel.label for channel in reading.channels]
        for one, two, likeness in _pairs(reading.model):
            if likeness > self.alike:
                yield Finding(
                    "collinear",
                    "warning",
                    f"{labels[one]} and {labels[two]} cannot be told apart",
                    f"They run together (correlation {likeness:.2f}): their sum is known better than their split.",
                    "Judge them as one, join them into one channel, or let their plans differ for some weeks.",
                    likeness,
                    (names[one], names[two]),
                )


@dataclass(frozen=True)
class ConvergenceCheck:
    """Had the search settled?

    A trial that lowered its error by more than 2 % in its last fifth would have gone on; when fewer than half of the trials
    have settled, another run may choose another model. 2 % of error moves channel contributions by a few per cent, which
    is less than their ranges. The last fifth of fewer than 20 candidates is less than 4 of them: such a trial shows nothing.
    """

    gain: float = 0.02
    settled: float = 0.5
    least: int = 20

    def applies(self, reading: Reading) -> bool:
        return bool(_last_gains(reading.model))

    def figure(self, reading: Reading) -> float | None:
        """The share of trials that had settled."""
        gains = _last_gains(reading.model)
        return sum(gain <= self.gain for gain in gains) / len(gains) if gains else None

    def run(self, reading: Reading) -> Iterator[Finding]:
        gains = _last_gains(reading.model)
        share = self.figure(reading)
        tried = reading.model.spec.search.iterations
        if share is not None and (share < self.settled or tried < self.least):
            moving = len(gains) - round(share * len(gains))
            yield Finding(
                "not-converged",
                "warning",
                "The search had not settled",
                _still_improving(moving, len(gains)) if tried >= self.least else _too_small(tried, self.least),
                "Run it again with a larger search: on the Runs page choose Standard or Thorough.",
                share,
            )


@dataclass(frozen=True)
class ObservationsCheck:
    """Are there enough periods for what is asked of them?

    Robyn warns below 10 rows per term. Below 4 the answer is mostly the penalty's.
    """

    advised: float = 10.0
    least: float = 4.0

    def figure(self, reading: Reading) -> float:
        return reading.model.series.train / max(_drivers(reading.model), 1)

    def run(self, reading: Reading) -> Iterator[Finding]:
        model, ratio = reading.model, self.figure(reading)
        terms, unit = _drivers(model), WORDS[model.interval]
        if ratio < self.advised:
            yield Finding(
                "observations",
                "warning" if ratio < self.least else "info",
                f"There are few {unit}s for this many drivers",
                f"{model.series.train} {unit}s for {terms} drivers, {ratio:.1f} for each; {self.advised:.0f} are advised.",
                "Add history, or join small channels.",
                ratio,
            )


def _pairs(model: MixModel) -> Iterator[tuple[int, int, float]]:
    """Every pair of paid channels and how alike they are, by effect over time or by media, whichever is more."""
    effects = [np.tensordot(model.draws.weights, effect_over_time(model, m), 1) for m in range(model.paid_count)]
    media = model.series.media[slice(*model.series.window)].T
    for one in range(model.paid_count):
        for two in range(one + 1, model.paid_count):
            yield one, two, max(_correlation(effects[one], effects[two]), _correlation(media[one], media[two]))


def _still_improving(moving: int, trials: int) -> str:
    if trials == 1:
        return "The only trial still improved when it ended."
    return f"{moving} of {trials} trials still improved when they ended."


def _too_small(tried: int, least: int) -> str:
    many = "candidate" if tried == 1 else "candidates"
    return f"A trial of {tried} {many} cannot show whether more would help; one of {least} or more can."


def _last_gains(model: MixModel) -> list[float]:
    """What each trial of the search gained in its last fifth."""
    return [float(t["gain_in_last_fifth"]) for t in model.facts.get("trials", []) if "gain_in_last_fifth" in t]


def _drivers(model: MixModel) -> int:
    return len(model.media_names) + len(model.other_names)


def _drawn_parameters(model: MixModel, channel: int) -> dict[str, Floats]:
    """Values (D,) of each searched parameter of a channel.

    A draw holds the half-saturation itself; gamma, its share of the highest level in the rows fitted on, is known where all
    candidates were fitted on the same rows.
    """
    form = adstock_named(model.spec.ordered_media[channel].adstock)
    first, second = model.draws.adstock[:, channel].T
    drawn = {name: model.draws.adstock[:, channel, i] for i, name in enumerate(form.parameters)}
    drawn["alpha"] = model.draws.alpha[:, channel]
    validation, (start, stop) = model.spec.validation, model.series.window
    if validation.train is None or validation.train.fixed:
        rows = slice(start, stop if validation.leaking else start + model.series.train)
        media = model.series.media[:, channel]
        top = adstock(media, form.name, first, second, periods=len(media))[:, rows].max(1)
        drawn["gamma"] = np.divide(model.draws.inflexion[:, channel], top, out=np.full(len(top), np.nan), where=top > 0)
    return drawn


def _correlation(one: Floats, two: Floats) -> float:
    a, b = one - one.mean(), two - two.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


CHECKS: tuple[Check, ...] = (
    FitCheck(),
    HoldOutCheck(),
    BacktestCheck(),
    AutocorrelationCheck(),
    BaselineCheck(),
    ZeroChannelCheck(),
    RoiCheck(),
    WideRangeCheck(),
    BoundCheck(),
    CollinearCheck(),
    SharedMovementCheck(),
    FollowsDemandCheck(),
    OutlierCheck(),
    CalibrationCheck(),
    ConvergenceCheck(),
    ObservationsCheck(),
    ExtrapolatedOptimumCheck(),
    ChosenByPersonCheck(),
    ImportedCheck(),
    RefreshCheck(),
)
