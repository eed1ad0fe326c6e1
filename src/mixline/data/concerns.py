"""What a person should know about a usable table before a model is fitted on it: findings with the fix to make.

Thresholds stand here, each with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.data.column_facts import correlation, numbers
from mixline.data.faults import FEWEST_ROWS, each_segment
from mixline.data.mapping import columns_by_role, only_column, pair_media
from mixline.data.periods import name_days, read_periods
from mixline.messages import ColumnChoice, Finding

Floats = NDArray[np.float64]

HIGH_CORRELATION = 0.9  # 81 % of the variance shared: the split between the two is a guess
HIGH_VIF = 10.0  # the usual bound (Kutner et al. 2004): standard errors more than three times as wide
PER_DRIVER = 10.0  # Robyn's advice of ten observations for each driver
LONG_PAUSE = 0.5  # of a year with no spend
RARELY_ON = 0.1  # a channel on in fewer periods leaves little to learn from
OUTLIER = 5.0  # robust standard deviations from the periods around
STEADY = 0.1  # coefficient of variation: spend that hardly moves has no visible effect
LOOSE_PAIR = 0.5  # correlation of spend and its exposure
SMALL_SHARE = 0.01  # of the spend: too small to be seen
YEARS_FOR_SEASON = 2.0  # a season seen once cannot be told from a coincidence
PERIODS_PER_YEAR = {"day": 365.25, "week": 52.18, "month": 12.0}


@dataclass(frozen=True)
class Part:
    """One segment's rows, read once for all checks. Inputs are what would be modelled: exposure, else spend."""

    place: str  # "" or "DE: "
    dates: pd.Series
    goal: str
    outcome: Floats
    spends: dict[str, tuple[str, Floats]]  # channel -> column, values
    inputs: dict[str, tuple[str, Floats]]  # paid and organic
    context: dict[str, Floats]
    per_year: float
    interval: str

    @property
    def rows(self) -> int:
        return len(self.outcome)


def find_concerns(frame: pd.DataFrame, choices: Sequence[ColumnChoice]) -> list[Finding]:
    """Findings of every segment; what several segments share is told once. The table must have passed `find_faults`."""
    told: dict[tuple[str, tuple[str, ...]], Finding] = {}
    more: Counter[tuple[str, tuple[str, ...]]] = Counter()
    segment = next(iter(columns_by_role(choices).get("segment", [])), "")
    for _, rows in each_segment(frame, choices):
        for finding in _find_in_segment(str(rows[segment].iloc[0]) if segment else "", rows, choices):
            key = (finding.code, tuple(finding.columns))
            if key in told:
                more[key] += 1
            else:
                told[key] = finding
    return [_with_others(finding, more[key]) for key, finding in told.items()]


def _find_in_segment(value: str, rows: pd.DataFrame, choices: Sequence[ColumnChoice]) -> Iterator[Finding]:
    part = _part(f"{value}: " if value else "", rows, choices)
    if part is None or part.rows < FEWEST_ROWS:
        yield Finding(
            code="short-segment",
            severity="warning",
            title=f"{value}: fewer than {FEWEST_ROWS} rows",
            action="Leave this segment out, or add earlier data.",
            value=float(len(rows)),
        )
        return
    for check in _CHECKS:
        yield from check(part)


def _with_others(finding: Finding, others: int) -> Finding:
    if not others:
        return finding
    also = f"Alike in {others} more segment{'s' if others > 1 else ''}."
    detail = finding.detail if not finding.detail or finding.detail.endswith(".") else f"{finding.detail}."
    return finding.model_copy(update={"detail": f"{detail} {also}".strip()})


def _part(place: str, rows: pd.DataFrame, choices: Sequence[ColumnChoice]) -> Part | None:
    by_role = columns_by_role(choices)
    date, goal = only_column(by_role, "date"), only_column(by_role, "goal")
    rows = rows.sort_values(date)
    periods = read_periods(rows[date])
    if periods is None:
        return None
    paid, organic = pair_media(choices)
    spends = {channel: (spend.name, numbers(rows[spend.name])) for channel, (spend, _) in paid.items()}
    inputs = {
        channel: (seen or spend.name, numbers(rows[seen or spend.name])) for channel, (spend, seen) in paid.items()
    }
    inputs |= {choice.channel or choice.name: (choice.name, numbers(rows[choice.name])) for choice in organic}
    context = {n: numbers(rows[n]) for n in by_role.get("context", []) if pd.api.types.is_numeric_dtype(rows[n].dtype)}
    interval = periods.interval or "week"
    return Part(
        place, rows[date], goal, numbers(rows[goal]), spends, inputs, context, PERIODS_PER_YEAR[interval], interval
    )  # fmt: skip


def _short_history(p: Part) -> Iterator[Finding]:
    years = p.rows / p.per_year
    if years < YEARS_FOR_SEASON - 0.02:
        yield Finding(
            code="short-history",
            severity="warning",
            title=f"{p.place}{years:.1f} years of data",
            detail="A season seen less than twice can be taken for the effect of a channel, or the other way round.",
            action="Add earlier data if there is any; read ranges as too narrow.",
            value=years,
        )


def _observations_per_driver(p: Part) -> Iterator[Finding]:
    drivers = len(p.inputs) + len(p.context)
    ratio = p.rows / max(drivers, 1)
    if ratio < PER_DRIVER:
        yield Finding(
            code="few-observations",
            severity="warning",
            title=f"{p.place}{ratio:.1f} {p.interval}s for each of {drivers} drivers",
            detail=f"Below {PER_DRIVER:.0f}, effects of drivers are easily exchanged.",
            action="Ignore context that hardly matters, or join small channels.",
            value=ratio,
        )


def _never_on(p: Part) -> Iterator[Finding]:
    for channel, (column, values) in p.inputs.items():
        on = float((values > 0).mean())
        if on == 0.0:
            yield Finding(
                code="never-on",
                severity="info",
                title=f"{p.place}{channel} never ran",
                action="Nothing to do: it is left out here.",
                columns=[column],
            )
        elif on < RARELY_ON:
            yield Finding(
                code="rarely-on",
                severity="warning",
                title=f"{p.place}{channel} ran in {int((values > 0).sum())} of {_count(p.rows, p.interval)}",
                detail="So few observations give a wide range.",
                action="Join it with a channel that works alike, or bring a lift study.",
                columns=[column],
                value=on,
            )


def _long_pauses(p: Part) -> Iterator[Finding]:
    for channel, (column, values) in p.spends.items():
        if not (values > 0).any():
            continue
        start, length = _longest_run(values == 0)
        if length >= LONG_PAUSE * p.per_year:
            first, last = p.dates.iloc[start], p.dates.iloc[start + length - 1]
            yield Finding(
                code="long-pause",
                severity="info",
                title=f"{p.place}{channel} was off for {_count(length, p.interval)}",
                detail=f"From {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
                action="Check that it was off and not unrecorded.",
                columns=[column],
                value=float(length),
            )


def _steady_spend(p: Part) -> Iterator[Finding]:
    for channel, (column, values) in p.spends.items():
        mean = float(values.mean())
        if mean > 0 and float(values.std()) / mean < STEADY:
            yield Finding(
                code="steady-spend",
                severity="warning",
                title=f"{p.place}{channel} is spent almost evenly",
                detail=f"It varies by {values.std() / mean:.0%} of its mean; what never changes looks like the baseline.",
                action="Vary the budget on purpose, or bring a lift study.",
                columns=[column],
                value=float(values.std()) / mean,
            )


def _small_channels(p: Part) -> Iterator[Finding]:
    total = sum(float(values.sum()) for _, values in p.spends.values())
    for channel, (column, values) in p.spends.items():
        share = float(values.sum()) / total if total > 0 else 0.0
        if 0.0 < share < SMALL_SHARE:
            yield Finding(
                code="small-channel",
                severity="info",
                title=f"{p.place}{channel} is {share:.1%} of the spend",
                detail="An effect of that size is smaller than the noise.",
                action="Join it with a channel that works alike.",
                columns=[column],
                value=share,
            )


def _odd_outcomes(p: Part) -> Iterator[Finding]:
    zeros = int((p.outcome <= 0).sum())
    if zeros:
        rows = tuple(d.date() for d in p.dates[p.outcome <= 0])
        yield Finding(
            code="zero-outcome",
            severity="warning",
            title=f"{p.place}{p.goal} is zero or less in {_count(zeros, p.interval)}",
            detail=name_days(rows),
            action="Check that these are not missing values.",
            columns=[p.goal],
            value=float(zeros),
        )
    around = pd.Series(p.outcome).rolling(7, center=True, min_periods=4).median().to_numpy()
    distance = p.outcome - around
    noise = float(np.median(np.abs(distance))) * 1.4826
    odd = np.abs(distance) > OUTLIER * noise if noise > 0 else np.zeros(p.rows, dtype=bool)
    if odd.any():
        days = tuple(d.date() for d in p.dates[odd])
        yield Finding(
            code="outliers",
            severity="warning",
            title=f"{p.place}{p.goal} stands out in {_count(int(odd.sum()), p.interval)}",
            detail=name_days(days),
            action="Add a yes/no column for what happened, name the holiday country, or correct the value.",
            columns=[p.goal],
            value=float(odd.sum()),
        )


def _collinear_pairs(p: Part) -> Iterator[Finding]:
    moving = {n: values for n, (_, values) in p.inputs.items() if np.ptp(values) > 0}
    names = list(moving)
    if len(names) < 2:
        return
    together = np.corrcoef(np.array(list(moving.values())))
    for i, j in np.argwhere(np.triu(np.abs(together) >= HIGH_CORRELATION, k=1)):
        first, second = names[i], names[j]
        yield Finding(
            code="collinear",
            severity="warning",
            title=f"{p.place}{first} and {second} move together (correlation {together[i, j]:.2f})",
            detail="The data can tell what both bring, hardly how it is shared between them.",
            action="Join them, vary one alone for a while, or bring a lift study of one.",
            columns=[p.inputs[first][0], p.inputs[second][0]],
            value=float(together[i, j]),
        )


def _inflated_variance(p: Part) -> Iterator[Finding]:
    columns = {name: values for name, (_, values) in p.inputs.items()} | p.context
    moving = {n: v for n, v in columns.items() if np.isfinite(v).all() and np.ptp(v) > 0}
    if len(moving) < 2 or len(moving) >= p.rows:
        return
    factors = variance_inflation(np.column_stack(list(moving.values())))
    high = sorted(((f, n) for f, n in zip(factors, moving, strict=True) if f > HIGH_VIF), reverse=True)
    if high:
        shown = ", ".join(f"{n} {_factor(f)}" for f, n in high[:5])
        yield Finding(
            code="vif",
            severity="warning",
            title=f"{p.place}{len(high)} drivers are explained by the others",
            detail=f"Variance inflation above {HIGH_VIF:.0f}: {shown}.",
            action="Ignore or join drivers until none is above.",
            columns=[p.inputs[n][0] if n in p.inputs else n for _, n in high],
            value=float(min(high[0][0], 1e6)),
        )


def _loose_pairs(p: Part) -> Iterator[Finding]:
    for channel, (spend, values) in p.spends.items():
        exposure, seen = p.inputs[channel]
        if exposure == spend:
            continue
        together = correlation(values, seen)
        if together is not None and together < LOOSE_PAIR:
            yield Finding(
                code="loose-pair",
                severity="warning",
                title=f"{p.place}{spend} and {exposure} hardly move together (correlation {together:.2f})",
                action="Check that they are the same channel; else ignore the exposure and model the spend.",
                columns=[spend, exposure],
                value=together,
            )
        apart = int(((values > 0) != (seen > 0)).sum())
        if apart > 0.1 * p.rows:
            yield Finding(
                code="unpaid-exposure",
                severity="warning",
                title=f"{p.place}{spend} and {exposure}: one without the other in {_count(apart, p.interval)}",
                detail="Often the invoice is booked later than the campaign ran.",
                action="Book spend in the weeks it ran, or ignore the exposure.",
                columns=[spend, exposure],
                value=float(apart),
            )


def variance_inflation(X: Floats) -> Floats:
    """Variance inflation factor of each column, shape (columns,): diagonal of the inverse correlation matrix.

    Infinite for a column that the others explain completely.
    """
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    values, vectors = np.linalg.eigh(Z.T @ Z / len(Z))
    # A zero eigenvalue is an exact dependency; the smallest float stands for it so that the factor is huge, not noise.
    inverse = 1.0 / np.maximum(values, 1e-12)
    return np.asarray((vectors**2 * inverse).sum(axis=1), dtype=np.float64)


def _count(number: int, interval: str) -> str:
    return f"{number} {interval}" if number == 1 else f"{number} {interval}s"


def _factor(value: float) -> str:
    return f"{value:.0f}" if value < 1_000 else "above 1,000"


def _longest_run(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    if not len(edges):
        return 0, 0
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    longest = int(np.argmax(lengths))
    return int(starts[longest]), int(lengths[longest])


_CHECKS: tuple[Callable[[Part], Iterator[Finding]], ...] = (
    _short_history,
    _observations_per_driver,
    _odd_outcomes,
    _collinear_pairs,
    _inflated_variance,
    _loose_pairs,
    _never_on,
    _steady_spend,
    _long_pauses,
    _small_channels,
)
