"""What has to be known of a refreshed model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.specification import Media, ModelSpec, Range

MOST_NEW = 0.5  # of the window: beyond it the new periods decide and a new model says it more plainly (Robyn)


def judge_refresh(spec: ModelSpec, periods: int) -> tuple[Finding, ...]:
    """What to know of a refresh whose window has `periods` periods."""
    if spec.refresh is None or spec.refresh.steps <= MOST_NEW * periods:
        return ()
    share = spec.refresh.steps / periods
    return (
        Finding(
            "refresh-mostly-new",
            "warning",
            "More than half of the window is new",
            f"{spec.refresh.steps} of {periods} periods were added since the earlier model, which held memory and saturation "
            "near values found on other data.",
            "Fit a new model, or refresh in smaller steps.",
            share,
        ),
    )


def widest_range(spec: ModelSpec, medium: Media, parameter: str, searched: Range) -> Range:
    """The range a person allowed a parameter: a refresh searches a part of it on purpose, whose ends mean nothing."""
    return searched if spec.refresh is None else spec.refresh.limits.get(f"{medium.name}:{parameter}", searched)


@dataclass(frozen=True)
class RefreshCheck:
    """Is there enough left of what the refreshed model was fitted on?"""

    def applies(self, reading: Reading) -> bool:
        return reading.model.spec.refresh is not None

    def run(self, reading: Reading) -> Iterator[Finding]:
        start, stop = reading.model.series.window
        yield from judge_refresh(reading.model.spec, stop - start)
