"""Money as a person reads and types it: written with its thousands apart, read in the ways people write it."""

from __future__ import annotations

import re
from typing import Any

from dash import dcc

from mixline.errors import InputError

DUST = 1e-6  # of today's spend: what the solver leaves of nothing
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")  # 1,234,567.8
GROUPED_BY_POINTS = re.compile(r"\d{1,3}(\.\d{3}){2,}(,\d*)?|\d{1,3}(\.\d{3})+,\d*")  # 1.234.567,8
COMMA_FOR_POINT = re.compile(r"\d+,\d*")  # 1,5
TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
AROUND = " \u00a0\u202f\u2009'\u2019_€$£¥₹"  # what is left out wherever it stands


def money_field(key: Any, text: str, hint: str = "", **more: Any) -> dcc.Input:
    """A field for an amount that is taken when it is left, or half a second after the last key."""
    return dcc.Input(
        id=key, type="text", inputMode="numeric", autoComplete="off", value=text, debounce=0.5,
        placeholder=hint, **more,
    )  # fmt: skip


def write_typed(value: float | None) -> str:
    """1,069,746: whole from 100 on, else three figures; nothing for nothing asked."""
    if value is None:
        return ""
    return f"{round_money(value):,.0f}" if value >= 99.5 else f"{round_money(value):g}"


def write_asked(value: float | None) -> str:
    """An amount that was asked for, with every digit: what stands in the field is read again with the next change."""
    return "" if value is None else f"{value:,}".removesuffix(".0")


def round_money(value: float) -> float:
    """Money as a person would type it: whole from 100 on, else three figures."""
    return float(round(value)) if value >= 99.5 else float(f"{value:.3g}")


def no_dust(spend: float, today: float) -> float:
    """Planned spend of a channel as it is shown."""
    return spend if spend > DUST * today else 0.0


def read_typed(where: str, typed: object) -> float | None:
    """An amount as it was typed: 1,069,746, 1.07M, 1 069 746 or 1.069.746; None for an empty field.

    Raises:
        InputError: what is no number.
    """
    if typed is None or isinstance(typed, int | float):
        return None if typed is None else float(typed)
    text = str(typed).translate(dict.fromkeys(map(ord, AROUND))).lower().removesuffix("n")  # bn
    if not text:
        return None
    digits, letter = (text[:-1], text[-1]) if text[-1] in TIMES else (text, "")
    if GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif GROUPED_BY_POINTS.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif COMMA_FOR_POINT.fullmatch(digits):
        digits = digits.replace(",", ".")
    try:
        return float(digits) * TIMES[letter]
    except ValueError:
        raise InputError(
            "this is not an amount", where=where, got=str(typed)[:60], expected="a number, 0 or more",
            action="Type it with digits, or shortened: 1.5M.",
        ) from None  # fmt: skip
