"""How near the truth the engine comes, world by world: fit simulated companies and compare (writes docs/accuracy.md).

    python -m benchmarks.study_accuracy --worlds all --seeds 11-35

Every figure is per paid channel, over the modelling window: the expected contribution of the model against the simulator's.
A channel without effect counts for coverage but has no relative error.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from math import comb

import numpy as np

from benchmarks.study_runner import Run, Study, run_study
from mixline.mmm.checks.review import review
from mixline.mmm.fitting import fit
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.simulation.worlds import WORLDS

# So many of a company's channels outside their 90 % range that chance alone does it in less than one company in ten.
MISSES = {3: 2, 4: 2, 5: 2, 6: 3, 7: 3, 8: 3, 9: 3, 10: 3, 11: 4, 12: 4}


@dataclass(frozen=True)
class Outcome:
    """One fitted company. Arrays are by paid channel."""

    world: str
    seed: int
    channels: tuple[str, ...]
    error: np.ndarray  # relative, of the expected contribution; nan where the truth is zero
    chosen: np.ndarray  # the same of the chosen candidate alone
    within90: np.ndarray
    within50: np.ndarray
    width: np.ndarray  # of the 90 % range over the truth
    verdict: str
    codes: tuple[str, ...]  # of warnings and errors

    @property
    def missed(self) -> bool:
        """Whether the ranges are wrong about this company as a whole."""
        return int((~self.within90).sum()) >= MISSES.get(len(self.channels), 3)

    @property
    def by_chance(self) -> float:
        """How likely that is where every channel lies outside its 90 % range once in ten times."""
        count = len(self.channels)
        return sum(
            comb(count, outside) * 0.1**outside * 0.9 ** (count - outside)
            for outside in range(MISSES.get(count, 3), count + 1)
        )


def measure(world: str, seed: int, trials: int, iterations: int) -> Outcome:
    """Simulate, fit, compare."""
    company = simulate(world, seed)
    model = fit(company.spec.with_search(trials=trials, iterations=iterations), company.frame)
    start, stop = model.series.window
    truth = {c.name: float(c.contribution[start:stop].sum()) for c in company.truth.channels}
    results = channel_results(model)
    true = np.array([truth[r.name] for r in results])
    scale = np.where(true > 0, true, np.nan)
    value = np.array([r.contribution.value for r in results])
    low, high = (np.array([getattr(r.contribution, end) for r in results]) for end in ("low", "high"))
    low50, high50 = (np.array([getattr(r.contribution, end) for r in results]) for end in ("low50", "high50"))
    row = model.draws.candidate[model.draws.chosen]
    chosen = np.array([float(model.candidates[f"{r.name}:contribution"][row]) for r in results])
    found = review(model)
    return Outcome(
        world, seed, tuple(r.name for r in results), value / scale - 1, chosen / scale - 1,
        (low <= true) & (true <= high), (low50 <= true) & (true <= high50), (high - low) / scale, found.verdict,
        tuple(sorted({f.code for f in found.findings if f.severity != "info"})),
    )  # fmt: skip


def by_channel(outcomes: list[Outcome]) -> list[str]:
    """A row per channel's name: error, bias and coverage over all companies that have it."""
    rows: dict[str, list[tuple[float, bool, bool]]] = {}
    for o in outcomes:
        for k, name in enumerate(o.channels):
            rows.setdefault(name, []).append((float(o.error[k]), bool(o.within50[k]), bool(o.within90[k])))
    lines = ["| channel | companies | error | bias | 50 % range | 90 % range |", "|---|---|---|---|---|---|"]
    for name, found in rows.items():
        error, half, most = (np.array(column) for column in zip(*found, strict=True))
        lines.append(
            f"| {name} | {len(found)} | {np.nanmedian(abs(error)):.1%} | {np.nanmedian(error):+.1%} | {half.mean():.0%} | "
            f"{most.mean():.0%} |"
        )
    return lines


def page(outcomes: list[Outcome], run: Run) -> str:
    """The table as Markdown."""
    worlds = [w for w in WORLDS if any(o.world == w for o in outcomes)]
    lines = [
        f"Made by `{run.command}`: {len(outcomes)} companies whose truth is known, {sum(len(o.channels) for o in outcomes)} paid",
        "channels. The settings of the engine were chosen on seeds 1-12, 21-30, 101-116 and 201-230 of some of these worlds.",
        "",
        "Error: median over channels of |estimated / true contribution - 1|, of the expected value and of the chosen",
        "candidate alone. Bias: median of the signed error. Coverage: share of channels whose true contribution lies in the",
        "range. Width: median of the 90 % range over the truth.",
        "",
        "| world | companies | error | chosen alone | bias | 50 % range | 90 % range | width | trust / care / do not use |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for world in worlds:
        mine = [o for o in outcomes if o.world == world]
        error, chosen, width = (np.concatenate([getattr(o, k) for o in mine]) for k in ("error", "chosen", "width"))
        within = [float(np.concatenate([getattr(o, k) for o in mine]).mean()) for k in ("within50", "within90")]
        verdicts = Counter(o.verdict for o in mine)
        counts = " / ".join(str(verdicts[v]) for v in ("trust", "care", "do_not_use"))
        lines.append(
            f"| {world} | {len(mine)} | {np.nanmedian(abs(error)):.1%} | {np.nanmedian(abs(chosen)):.1%} | "
            f"{np.nanmedian(error):+.1%} | {within[0]:.0%} | {within[1]:.0%} | {np.nanmedian(width):.0%} | {counts} |"
        )
    lines += ["", "The same by channel, over all worlds:", "", *by_channel(outcomes)]
    lines += ["", "What the worlds are:", ""]
    lines += [f"- **{world}**: {WORLDS[world].about}" for world in worlds]
    bad = [o for o in outcomes if o.missed]
    chance = sum(o.by_chance for o in outcomes)
    green = [o for o in bad if o.verdict == "trust"]
    lines += [
        "",
        "## Where the ranges miss",
        "",
        f"In {len(bad)} of {len(outcomes)} companies so many channels lie outside their 90 % range (2 of up to 5, 3 of up to 10)",
        f"that chance alone does it in less than one company in ten; ranges that are right would do it in about {chance:.0f}.",
        f"In {len(green)} every check was green:",
        "",
    ]
    for o in green:
        outside = ", ".join(
            f"{name} {error:+.0%}" if np.isfinite(error) else f"{name} (no effect)"
            for name, error, inside in zip(o.channels, o.error, o.within90, strict=True)
            if not inside
        )
        lines.append(f"- {o.world}, seed {o.seed}: {outside}")
    codes = Counter(code for o in outcomes for code in o.codes)
    lines += [
        "",
        "Warnings given, by how many companies: "
        + (", ".join(f"{c} {n}" for c, n in codes.most_common()) or "none")
        + ".",
    ]
    return "\n".join(lines) + "\n"


STUDY = Study(
    "study_accuracy",
    __doc__,
    measure,
    page,
    seeds="11-35",
    sizes={"trials": 5, "iterations": 2000},
    processes=2,
    minutes=30,
)


if __name__ == "__main__":
    sys.exit(run_study(STUDY, sys.argv[1:]))
