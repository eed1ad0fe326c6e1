"""What has to be known before a plan is made from a model: whether its best plan leaves what was ever observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mixline.errors import SpecificationError
from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.curves import observed_maximum
from mixline.mmm.planner import Bounds, PlanRequest, plan


@dataclass(frozen=True)
class ExtrapolatedOptimumCheck:
    """Does the best split of today's budget spend more on a channel than was ever spent for a quarter?

    What a channel brings there is the shape of the curve, not data. It is a note, as the model can be right about all
    that happened and a plan can be held back; and a warning where a channel would go far beyond (half as much again, where
    Hill curves that fit the same data differ by more than their ranges) and most of the plan's gain rests on such channels.
    Plans stay between half and twice today's spend, as the planner's do unless it is told otherwise.
    """

    lowest: float = 0.5
    highest: float = 2.0
    far: float = 1.5
    most: float = 0.5
    matters: float = 0.01  # of the paid effect: a smaller gain decides nothing

    def run(self, reading: Reading) -> Iterator[Finding]:
        model = reading.model
        bounds = {name: Bounds(self.lowest, self.highest) for name in model.paid_names}
        try:
            found = plan(model, PlanRequest(periods=None, bounds=bounds))
        except SpecificationError:
            return  # a model that no budget can be planned with has other findings
        if found.is_today or not found.extrapolated:
            return
        count = len(found.dates)
        beyond, far, raised, rests = [], 0.0, 0.0, 0.0
        for c, channel in enumerate(found.channels):
            gain = channel.contribution.value - channel.contribution_today.value
            raised += max(gain, 0.0)
            if channel.extrapolated:
                seen = observed_maximum(model, c)
                times = channel.spend / count / seen if seen > 0 else float("inf")
                far = max(far, times)
                rests += max(gain, 0.0) if times >= self.far else 0.0
                beyond.append(f"{channel.label} at {times:.2f} times the most it ever had over a quarter")
        large = found.uplift.value > self.matters * abs(found.contribution_today.value)
        warned = far >= self.far and large and rests > self.most * raised
        yield Finding(
            "extrapolated-optimum",
            "warning" if warned else "info",
            "The best plan leaves what was ever spent",
            f"The best split of the same budget puts {'; '.join(beyond)}. What it would bring there was never observed.",
            "Raise such a channel in steps and fit again, or hold it in the planner to what was spent before.",
            far,
            found.extrapolated,
        )
