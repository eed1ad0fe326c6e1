"""Robyn's response call, number by number: for comparison with Robyn, not for decisions.

Source: Robyn 3.12.1, `robyn_response`. It evaluates the curve at mean spend and mean carry-over, which is not the mean of the
curve; Mixline's own figures come from `mixline.mmm.curves`, which simulates every period. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from mixline.errors import InputError
from mixline.mmm.calibration.agreement import MediaFit
from mixline.mmm.model import Floats
from mixline.mmm.transforms.adstock import adstock, immediate
from mixline.mmm.transforms.saturation import hill


@dataclass(frozen=True)
class RobynResponse:
    """T periods, W of them in the window. Inputs in units of the modelled column, responses in outcome.

    The `sim_` figures are means over the asked rows when `amount` is spent there, with the historical inflexion.
    """

    input_total: Floats  # (T,)
    input_carryover: Floats  # (T,)
    response_total: Floats  # (W,)
    response_carryover: Floats  # (W,)
    mean_input_immediate: float
    mean_input_carryover: float
    mean_response_total: float
    mean_response_carryover: float
    mean_response: float
    sim_mean_spend: float | None = None
    sim_mean_carryover: float | None = None
    sim_mean_response: float | None = None


def response_call(
    fit: MediaFit,
    channel: str,
    window: tuple[int, int],
    *,
    rows: NDArray[np.intp] | None = None,
    amount: float | None = None,
) -> RobynResponse:
    """Robyn's figures for one medium.

    Args:
        window: first and one-past-last row.
        rows: the periods asked for (`select_rows`); only a simulation looks at them.
        amount: money to spend in the rows together, shared out as it was historically.

    Raises:
        InputError: an unknown channel, a negative amount, or rows without history to share it out by.
    """
    if channel not in fit.names:
        raise InputError("unknown channel", where="channel", got=channel, expected=", ".join(fit.names))
    m = fit.names.index(channel)
    start, stop = window
    alpha, inflexion, beta = float(fit.alpha[m]), float(fit.inflexion[m]), float(fit.beta[m])
    series = fit.media[:, m]

    def split_input(values: Floats) -> tuple[Floats, Floats]:
        first, second = fit.adstock[m]
        level = adstock(values, fit.forms[m], first, second)
        return level, level - immediate(values, fit.forms[m], float(first), float(second))

    def point(spend: float, carried: float) -> float:
        return beta * float(hill(np.array(spend + carried), alpha, inflexion))

    level, carried = split_input(series)
    response = beta * hill(level[start:stop], alpha, inflexion)
    mean_own = float((level - carried)[start:stop].mean())
    mean_carried = float(carried[start:stop].mean())
    simulated: tuple[float, float, float] | None = None
    if amount is not None:
        wanted = np.arange(start, stop) if rows is None else rows
        changed = series.copy()
        changed[wanted] = _shared_out(amount, series[wanted])
        _, carried_then = split_input(changed)
        spend, held = float(changed[wanted].mean()), float(carried_then[wanted].mean())
        simulated = spend, held, point(spend, held)
    return RobynResponse(
        level,
        carried,
        response,
        beta * hill(carried[start:stop], alpha, inflexion),
        mean_own,
        mean_carried,
        point(mean_own, mean_carried),
        point(0.0, mean_carried),
        float(response.mean()),
        *(simulated or (None, None, None)),
    )


def select_rows(dates: NDArray[np.datetime64], stop: int, asked: str | Sequence[date]) -> NDArray[np.intp]:
    """Robyn's `date_range`: "all", "last_n", one date or two; rows before `stop` are there to choose from.

    Two dates that both exist in the data select just these two rows; otherwise the range between the nearest ones. (A trap
    of Robyn, kept here because its figures depend on it.)
    """
    available = dates[:stop].astype("datetime64[D]")
    if isinstance(asked, str):
        if asked == "all":
            return np.arange(stop)
        count = asked.removeprefix("last_")
        if not count.isdecimal() or not 1 <= int(count) <= stop:
            raise InputError("unknown range of dates", got=asked, expected=f"all, or last_1 to last_{stop}")
        return np.arange(stop - int(count), stop)
    days = [np.datetime64(day, "D") for day in asked]
    if len(days) not in (1, 2):
        raise InputError("unknown range of dates", got=f"{len(days)} dates", expected="one or two")
    nearest = [int(np.argmin(np.abs((available - day).astype(int)))) for day in days]
    if len(days) == 1 or all(day in available for day in days):
        return np.array(nearest, dtype=np.intp)
    return np.arange(nearest[0], nearest[1] + 1)


def _shared_out(amount: float, history: Floats) -> Floats:
    if not np.isfinite(amount) or amount < 0:
        raise InputError("the amount is not usable", got=amount, expected="a finite amount, zero or more")
    if len(history) == 1:
        return np.array([amount])
    total = float(history.sum())
    if total == 0:
        raise InputError("nothing was spent in these periods, so there is no pattern to share the amount out by")
    return history * (amount / total)
