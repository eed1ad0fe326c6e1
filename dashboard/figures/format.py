"""How numbers, money, dates and ranges are written. The only place that knows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mixline.messages import Estimate, ModelSummary

RangeLevel = Literal[50, 90]

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
NAMES = {"EUR": "euro", "USD": "dollar", "GBP": "pound", "JPY": "yen", "INR": "rupee", "CHF": "franc"}
MINUS = "−"
STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
BETWEEN_ENDS = re.compile(rf"(?<=[\d%kMBT]) to (?=[{MINUS}€$£¥₹\d])")  # the "to" of a range, not of a sentence
CHANGE_PLACES = 3  # after the point, at most, to show what changed
INTERVALS = {"day": ("day", "days"), "week": ("week", "weeks"), "month": ("month", "months")}


@dataclass(frozen=True)
class Unit:
    """What a model counts: money it earned, or conversions it brought; and the money that was spent."""

    currency: str
    conversions: bool = False

    @property
    def outcome_name(self) -> str:
        return "conversions" if self.conversions else "revenue"

    @property
    def outcome_label(self) -> str:
        """For an axis."""
        if self.conversions:
            return "Conversions"
        return f"Revenue, {self.currency}" if self.currency else "Revenue"

    @property
    def spend_label(self) -> str:
        return f"Spend, {self.currency}" if self.currency else "Spend"

    @property
    def money_name(self) -> str:
        """One piece of money in words: "euro"."""
        return NAMES.get(self.currency, self.currency or "unit of money")

    @property
    def moneys_name(self) -> str:
        """Several pieces of it: "euros"."""
        if not self.currency:
            return "units of money"
        return f"{self.money_name}s" if self.currency in NAMES and self.currency != "JPY" else self.money_name

    def outcome(self, value: float, *, sign: bool = False) -> str:
        return write_number(value, sign=sign) if self.conversions else self.money(value, sign=sign)

    def money(self, value: float, *, sign: bool = False) -> str:
        return write_money(value, self.currency, sign=sign)

    def each(self, value: float) -> str:
        """What one piece of money brings: with cents, also where there are none: €1.00."""
        return write_each(value, self.currency)

    def outcome_range(self, estimate: Estimate, level: RangeLevel = 90) -> str:
        low, high = bounds(estimate, level)
        return write_range(low, high, "" if self.conversions else self.currency)

    def outcome_change(self, first: float, last: float) -> tuple[str, str]:
        """Two outcomes of which one became the other, with as many figures as it takes to see the change."""
        return write_change(first, last, "" if self.conversions else self.currency)

    @property
    def roi_name(self) -> str:
        return f"conversions per 1,000 {self.moneys_name}" if self.conversions else f"per {self.money_name}"

    @property
    def roi_per(self) -> str:
        """The short form, where what is counted stands elsewhere."""
        return f"per 1,000 {self.moneys_name}" if self.conversions else f"per {self.money_name}"

    @property
    def roi_scale(self) -> float:
        """Conversions per euro are tiny numbers; per thousand they can be read."""
        return 1000.0 if self.conversions else 1.0

    def roi(self, value: float) -> str:
        return write_ratio(value * self.roi_scale)

    def roi_with_range(self, estimate: Estimate, level: RangeLevel = 90) -> str:
        """2.4 (1.9 – 3.0), all with the same digits."""
        high = max(abs(end) for end in bounds(estimate, level))
        value = write_ratio(estimate.value * self.roi_scale, ratio_digits(high * self.roi_scale))
        return f"{value} ({self.roi_range(estimate, level)})"

    def roi_range(self, estimate: Estimate, level: RangeLevel = 90) -> str:
        low, high = (end * self.roi_scale for end in bounds(estimate, level))
        digits = ratio_digits(max(abs(low), abs(high)))
        return join_ends(write_ratio(low, digits), write_ratio(high, digits))


def unit_of(summary: ModelSummary) -> Unit:
    return Unit(summary.currency, summary.goal_kind == "conversions")


def bounds(estimate: Estimate, level: RangeLevel) -> tuple[float, float]:
    """The lower and upper end of the range shown."""
    return (estimate.low, estimate.high) if level == 90 else (estimate.low50, estimate.high50)


def write_number(value: float, *, sign: bool = False) -> str:
    """Three significant figures with k, M, B: 1,234,567 is 1.23M, 12,345 is 12.3k, 950 is 950."""
    if not math.isfinite(value):
        return "–"
    mark = MINUS if value < 0 else "+" if sign and value > 0 else ""
    digits, letter = _shorten(abs(value))
    return f"{mark}{digits}{letter}" if digits != "0" else "0"


def write_money(value: float, currency: str, *, sign: bool = False) -> str:
    """€1.23M; a currency without a symbol here is written before the number: CHF 1.23M. Under ten with cents: €0.40."""
    text = write_number(value, sign=sign)
    if currency and "." in text and 0.005 <= abs(value) < 9.995:
        text = text.split(".")[0] + f"{abs(value):.2f}"[-3:]
    return _with_currency(text, currency)


def write_each(value: float, currency: str) -> str:
    """€1.00 beside €1.57 and €0.52: what one piece of money brings is written alike everywhere."""
    if not math.isfinite(value) or abs(value) >= 9.995:
        return write_money(value, currency)
    text = f"{abs(value):.2f}"
    return _with_currency(f"{MINUS}{text}" if value < 0 and text != "0.00" else text, currency)


def write_change(first: float, last: float, currency: str) -> tuple[str, str]:
    """€25.09M and €25.24M, where three figures would say €25.1M and €25.2M of a change by €153k."""
    size, change = max(abs(first), abs(last)), abs(last - first)
    step, letter = next(((s, name) for s, name in STEPS if size >= s * 0.9995), (1.0, ""))
    needed = math.ceil(-math.log10(change / step) - 1e-9) + 1 if change > 0 and math.isfinite(size) else 0
    if needed > CHANGE_PLACES + 1 or needed <= (0 if size >= 99.95 * step else 1 if size >= 9.995 * step else 2):
        return write_money(first, currency), write_money(last, currency)
    places = min(needed, CHANGE_PLACES)
    found = []
    for value in (first, last):
        text = f"{MINUS if value < 0 else ''}{abs(value) / step:,.{places}f}{letter}"
        found.append(_with_currency(text, currency))
    return found[0], found[1]


def write_range(low: float, high: float, currency: str = "") -> str:
    """€54M – €89.1M: each end says how large it is, so that neither can be read without the other: never €54 – 89.1M."""
    return join_ends(write_money(low, currency), write_money(high, currency))


def write_share_range(low: float, high: float) -> str:
    """12 % – 34 %."""
    return join_ends(write_share(low), write_share(high))


def join_ends(first: str, last: str) -> str:
    """Two written ends as a range. Where one is below zero in words, as a dash beside a minus is misread: −€3k to €5k."""
    return f"{first} to {last}" if MINUS in first or MINUS in last else f"{first} – {last}"


def write_ratio(value: float, digits: int | None = None) -> str:
    """A return: 2.4, 0.85, 120. Two digits where the first would not tell it from nothing."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{ratio_digits(abs(value)) if digits is None else digits}f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def ratio_digits(size: float) -> int:
    """Digits after the point for a return of this size."""
    return 0 if size >= 99.5 else 1 if size >= 0.995 else 2


def write_share(value: float) -> str:
    """A share of 0-1 as per cent: 34 %, 3.4 %, below 0.1 % in words."""
    if not math.isfinite(value):
        return "–"
    percent = abs(value) * 100
    mark = MINUS if value < 0 and percent >= 0.05 else ""
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return f"{mark}{percent:.1f} %" if 0 < percent < 9.95 else f"{mark}{percent:.0f} %"


def write_chance(probability: float) -> str:
    """A probability in words a person would bet on. Rounded as it is written, so that both say the same."""
    probability = round(probability, 2)
    if probability >= 0.99:
        return "almost certainly"
    if probability >= 0.9:
        return "very likely"
    if probability >= 0.7:
        return "probably"
    if probability > 0.3:
        return "uncertain"
    if probability > 0.1:
        return "probably not"
    return "very unlikely"


def write_date(value: date) -> str:
    """21 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


def write_begin(day: date, interval: str) -> str:
    """The period that begins on a day: a month by its name, others by the day. January 2027, 4 Jan 2027."""
    return f"{day:%B %Y}" if interval == "month" else write_date(day)


def write_moment(value: datetime) -> str:
    """21 Nov 2026, 14:05 UTC."""
    return f"{write_date(value)}, {value:%H:%M} UTC"


def write_span(start: date, end: date) -> str:
    return f"{write_date(start)} – {write_date(end)}"


def write_periods(count: float, interval: str) -> str:
    """A duration in the data's own periods: 1 week, 2.5 weeks, under half a week."""
    one, many = INTERVALS.get(interval, ("period", "periods"))
    if count < 0.5:
        return f"< ½ {one}"
    rounded = round(count, 1) if count < 9.5 else round(count)
    return f"{rounded:g} {one if rounded == 1 else many}"


def shorten(name: str, most: int) -> str:
    """A name of at most `most` letters. Both ends stay, as names that begin alike often differ at their ends."""
    if len(name) <= most:
        return name
    end = (most - 1) // 3
    return f"{name[: most - 1 - end].rstrip()}…{name[len(name) - end :].lstrip()}"


def write_lines(name: str, most: int) -> str:
    """A long name on two lines of about `most` letters, parted at a blank; what is longer still is shortened."""
    if len(name) <= most:
        return name
    first = name[: most + 1].rsplit(" ", 1)[0][:most]
    return f"{first}<br>{shorten(name[len(first) :].strip(), most)}"


def keep_together(text: str) -> str:
    """A number and its per cent sign, and the two ends of a range, are not parted at the end of a line."""
    text = BETWEEN_ENDS.sub("\u00a0to\u00a0", text)
    return text.replace(" %", "\u00a0%").replace(" – ", "\u00a0–\u00a0")


def _with_currency(text: str, currency: str) -> str:
    if text == "–" or not currency:
        return text
    mark, digits = (text[0], text[1:]) if text[0] in f"{MINUS}+" else ("", text)
    symbol = SYMBOLS.get(currency)
    return f"{mark}{symbol}{digits}" if symbol else f"{currency} {mark}{digits}"


def _shorten(size: float) -> tuple[str, str]:
    """Digits and the letter of the step: 12,345 is ("12.3", "k")."""
    for step, letter in STEPS:
        if size >= step * 0.9995:
            return _three(size / step), letter
    return (_three(size), "") if size >= 1e-9 else ("0", "")


def _three(size: float) -> str:
    """Three significant figures without a needless tail of zeros: 1.2, 12.3, 123."""
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    text = f"{size:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
