"""Does the model agree with the experiments it was given?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mixline.mmm.calibration.results import DOUBTED, calibration_results
from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.checks.words import write_day
from mixline.mmm.estimates import Estimate


@dataclass(frozen=True)
class CalibrationCheck:
    """Do model and lift studies contradict each other?

    Two 90 % ranges that do not meet are a contradiction: by chance alone it happens once in about fifty studies. That the data
    alone contradict an experiment which the model followed is a note: channels that were never tested may be off in the
    same way. Spend that is off by more than 10 % (Robyn's line) says that the study measured something else than the data hold.
    """

    doubted: float = DOUBTED
    spend: float = 0.1
    sure: float = 0.8  # Robyn warns below

    def applies(self, reading: Reading) -> bool:
        return bool(reading.model.spec.studies)

    def run(self, reading: Reading) -> Iterator[Finding]:
        for result in calibration_results(reading.model):
            study, names = result.study, " + ".join(result.labels)
            money = f" {reading.model.spec.goal.currency}".rstrip()
            if result.apart:
                yield Finding(
                    "calibration",
                    "warning",
                    f"The model contradicts the experiment on {names}",
                    f"From {write_day(study.start)} to {write_day(study.end)} it was measured at {_figure(result.measured)}; "
                    f"the model says {_figure(result.predicted)}.",
                    "Check dates, scope and effect of the study. If they are right, believe the experiment.",
                    result.difference,
                    study.channels,
                )
            elif result.biased is not None and result.alone is not None and result.biased > self.doubted:
                yield Finding(
                    "data-against-experiment",
                    "info",
                    f"Without the experiment on {names} the model would be off",
                    f"The data alone say {_figure(result.alone)}, the experiment {_figure(result.measured)}; the model "
                    f"followed the experiment: {_figure(result.predicted)}.",
                    "Something moves this spend together with the outcome. Test the channels that were not tested yet.",
                    result.alone.value / study.effect,
                    study.channels,
                )
            if study.confidence < self.sure:
                yield Finding(
                    "study-confidence",
                    "info",
                    f"The experiment on {names} is not sure",
                    f"Its confidence is {study.confidence:.0%}, so it counts little; {self.sure:.0%} and more are advised.",
                    "Test for longer, or with a larger change of spend.",
                    study.confidence,
                    study.channels,
                )
            paid = set(study.channels) <= set(reading.model.paid_names)
            if paid and study.spend > 0 and abs(result.spend / study.spend - 1.0) > self.spend:
                yield Finding(
                    "study-spend",
                    "info",
                    f"The experiment on {names} spent another sum than the data",
                    f"It names {_number(study.spend)}{money}; the data hold {_number(result.spend)}{money} for those days.",
                    "Check that study and data cover the same market, channels and days.",
                    result.spend / study.spend - 1.0,
                    study.channels,
                )


def _figure(estimate: Estimate) -> str:
    return f"{_number(estimate.value)} ({_number(estimate.low)} to {_number(estimate.high)})"


def _number(value: float) -> str:
    if abs(value) < 1e-6:
        return "0"  # what is left where an end of a range is at nothing
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
