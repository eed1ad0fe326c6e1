"""What a refresh does on simulated companies: how near the truth, how much it moves, and whether the report says why.

    python -m benchmarks.study_refresh --worlds clean,realistic --seeds 71-78

Each company is fitted without its last 15 %, then refreshed with them under every kind of bounds. Then one channel's effect
is tripled over the new periods and the model refreshed once more: the report should name that channel and the data. Writes its
part of docs/accuracy.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from benchmarks.study_runner import Run, Study, run_study
from mixline.mmm.fitting import fit
from mixline.mmm.model import MixModel
from mixline.mmm.movement.comparison import compare_models
from mixline.mmm.movement.refresh import Bounds, refresh_spec
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import World, simulate
from mixline.mmm.simulation.worlds import WORLDS

NEW = 0.15  # of the periods
STRONGER = 3.0  # times the effect, from the cut on
KINDS: tuple[Bounds, ...] = get_args(Bounds)


@dataclass(frozen=True)
class Judged:
    """One paid channel of one refresh."""

    world: str
    kind: str  # of bounds, or "changed" for the channel whose effect was tripled
    error: float  # |contribution / true - 1| over the new window
    covered: bool  # the true contribution lies in its 90 % range
    moved: float  # |relative change of ROI|
    change_covered: bool  # the true change of ROI lies in the change's 90 % range
    warned: bool
    cause: str


def measure(world: str, seed: int, trials: int, iterations: int) -> list[Judged]:
    """Simulate, fit, refresh, judge."""
    company = simulate(world, seed)
    cut = round(len(company.frame) * (1 - NEW))
    size = {"trials": trials, "iterations": iterations}
    before = fit(company.spec.with_search(**size), company.frame.iloc[:cut])
    judged = []
    for kind in KINDS:
        after = _refreshed(before, company.frame, kind, size)
        judged += _judge(world, kind, company, before, after, company.truth.paid[0].name, cut, 1.0)
    channel = company.truth.paid[seed % len(company.truth.paid)]
    frame = company.frame.copy()
    frame.loc[cut:, "revenue"] += (STRONGER - 1.0) * channel.contribution[cut:]
    after = _refreshed(before, frame, "draws", size)
    found = _judge(world, "changed", company, before, after, channel.name, cut, STRONGER)
    return judged + [j for j, c in zip(found, _effective(company), strict=True) if c == channel.name]


def _refreshed(before: MixModel, frame: pd.DataFrame, kind: Bounds, size: dict[str, int]) -> MixModel:
    return fit(refresh_spec(before, frame, bounds=kind, model_id="0" * 64, **size), frame)  # type: ignore[arg-type]


def _effective(company: World) -> list[str]:
    return [c.name for c in company.truth.paid if c.contribution.sum() > 0]


def _judge(
    world: str, kind: str, company: World, before: MixModel, after: MixModel, changed: str, cut: int, times: float
) -> list[Judged]:
    moved = {c.name: c for c in compare_models(before, after).channels}
    results = {r.name: r for r in channel_results(after)}
    windows = [slice(*model.series.window) for model in (before, after)]
    judged = []
    for truth in company.truth.paid:
        if truth.contribution.sum() <= 0:
            continue
        true = truth.contribution.copy()
        if truth.name == changed:
            true[cut:] *= times
        now, roi = results[truth.name].contribution, moved[truth.name].figures["roi"]
        whole = float(true[windows[1]].sum())
        change = true[windows[1]].sum() / truth.spend[windows[1]].sum()
        change -= true[windows[0]].sum() / truth.spend[windows[0]].sum()
        assert roi.change is not None
        judged.append(
            Judged(
                world, kind, abs(now.value / whole - 1.0), now.low <= whole <= now.high, abs(roi.relative or 0.0),
                roi.change.low <= change <= roi.change.high, moved[truth.name].warning, roi.main_cause or "",
            )
        )  # fmt: skip
    return judged


def section(measured: list[list[Judged]], run: Run) -> str:
    """The tables as Markdown."""
    judged = [one for company in measured for one in company]
    lines = [
        "## What refreshes do",
        "",
        f"Made by `{run.command}`: {run.companies} companies,",
        "each fitted without its last 15 % and refreshed with them. Bounds: how far memory and saturation may leave the",
        "earlier model's (`robyn`: Robyn's; `draws`: these and nine tenths of the earlier draws, the default; `whole`: the",
        "first ranges). Error and moved are medians over channels; range: share of true contributions in their 90 % range;",
        "change: share of true changes of ROI in the change's 90 % range; warned: channels with a warning, none deserving it.",
        "",
        "| world | bounds | error | range | moved | change | warned |",
        "|---|---|---|---|---|---|---|",
    ]
    for world in (w for w in WORLDS if any(j.world == w for j in judged)):
        for kind in KINDS:
            mine = [j for j in judged if (j.world, j.kind) == (world, kind)]
            lines.append(
                f"| {world} | {kind} | {np.median([j.error for j in mine]):.1%} | {np.mean([j.covered for j in mine]):.0%} "
                f"| {np.median([j.moved for j in mine]):.1%} | {np.mean([j.change_covered for j in mine]):.0%} "
                f"| {sum(j.warned for j in mine)} of {len(mine)} |"
            )
    lines += [
        "",
        f"When one channel's effect is made {STRONGER:.0f} times as strong over the new periods:",
        "",
        "| world | moved | main cause new data | warned |",
        "|---|---|---|---|",
    ]
    for world in (w for w in WORLDS if any(j.world == w for j in judged)):
        mine = [j for j in judged if (j.world, j.kind) == (world, "changed")]
        data = sum(j.cause == "new_data" for j in mine)
        lines.append(
            f"| {world} | {np.median([j.moved for j in mine]):.1%} | {data} of {len(mine)} "
            f"| {sum(j.warned for j in mine)} of {len(mine)} |"
        )
    return "\n".join(lines) + "\n"


STUDY = Study(
    "study_refresh",
    __doc__,
    measure,
    section,
    seeds="71-78",
    sizes={"trials": 3, "iterations": 500},
    worlds="clean,realistic",
)


if __name__ == "__main__":
    sys.exit(run_study(STUDY, sys.argv[1:]))
