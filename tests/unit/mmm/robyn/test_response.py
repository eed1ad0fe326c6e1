"""24 response calls recorded from Robyn."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from mixline.errors import InputError
from mixline.mmm.robyn.response import response_call, select_rows
from tests.unit.mmm.robyn.recorded import CLOSE, DATES, WINDOW, read, recorded_media

CALLS = read("responses.json")["calls"]


def asked_rows(call: dict[str, Any]) -> np.ndarray:
    asked = call["args"]["date_range"]
    if isinstance(asked, list):
        return select_rows(DATES, WINDOW[1], [date.fromisoformat(day) for day in asked])
    return select_rows(DATES, WINDOW[1], [date.fromisoformat(asked)] if asked[:2] == "20" else asked)


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c['model']} {c['metric_name']} {' '.join(str(v) for v in c['args'].values())}"
)
def test_recorded_response_calls(call: dict[str, Any]) -> None:
    rows = asked_rows(call)
    assert (str(DATES[rows[0]]), len(rows)) == (call["date_first"], call["date_n"])
    amount = call["args"].get("metric_value")
    found = response_call(
        recorded_media(call["model"]),
        call["metric_name"],
        WINDOW,
        rows=rows,
        amount=None if amount is None else float(amount),
    )
    for name in ("input_total", "input_carryover", "response_total", "response_carryover"):
        series, wanted = getattr(found, name), call[name]
        assert len(series) == wanted["length"], name
        # Carry-over is a difference of large figures: an absolute floor of 1e-9 of the series' own size.
        tiny = 1e-9 * float(np.abs(series).max())
        np.testing.assert_allclose(series[::13], wanted["every_13th"], rtol=CLOSE, atol=tiny, err_msg=name)
        assert series.sum() == pytest.approx(wanted["sum"], rel=CLOSE), name
    for name in ("mean_input_immediate", "mean_input_carryover", "mean_response_total", "mean_response_carryover",
                 "mean_response", "sim_mean_spend", "sim_mean_carryover", "sim_mean_response"):  # fmt: skip
        wanted = call[name]
        assert getattr(found, name) == (None if wanted is None else pytest.approx(wanted, rel=CLOSE)), name


def test_a_range_between_the_data_dates_selects_the_range() -> None:
    rows = select_rows(DATES, WINDOW[1], [date(2018, 1, 2), date(2018, 12, 30)])
    assert (len(rows), str(DATES[rows[0]]), str(DATES[rows[-1]])) == (53, "2018-01-01", "2018-12-31")


@pytest.mark.parametrize("asked", ["last_0", "last_164", "first_3", "last_x", [], [date(2018, 1, 1)] * 3])
def test_unknown_ranges_are_refused(asked: Any) -> None:
    with pytest.raises(InputError, match="range of dates"):
        select_rows(DATES, WINDOW[1], asked)


def test_wrong_amounts_and_channels_are_refused() -> None:
    fit = recorded_media("first")
    with pytest.raises(InputError, match="amount"):
        response_call(fit, "tv_S", WINDOW, amount=-1.0)
    with pytest.raises(InputError, match="unknown channel"):
        response_call(fit, "radio", WINDOW)
    quiet = np.nonzero(fit.media[:, 1] == 0)[0][:2]
    with pytest.raises(InputError, match="no pattern"):
        response_call(fit, "ooh_S", WINDOW, rows=quiet, amount=10.0)
