"""Exchange rates a person has stated, as one and the same amount in several currencies on one day."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date

FORM = "a day and at least two amounts that are worth the same, such as 2026-11-20 EUR=1 USD=1.0852 GBP=0.8391"
CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Rates:
    """`worth` is the same amount of money in each currency on `day`. Without a day nothing can be converted."""

    day: date | None = None
    worth: dict[str, float] = field(default_factory=dict)

    def offer(self, currency: str) -> list[str]:
        """The currencies an amount in `currency` can be shown in, itself first; nothing where there is no choice."""
        if currency not in self.worth:
            return []
        return [currency, *(other for other in self.worth if other != currency)]

    def rate(self, currency: str, into: str) -> float:
        """What one `currency` is in `into`. Both are among those offered."""
        return 1.0 if currency == into else self.worth[into] / self.worth[currency]


def read_rates(text: str) -> Rates:
    """The rates of a setting, a day and CODE=amount for each currency; empty text gives none.

    Raises:
        ValueError: with the form that is expected and what is otherwise.
    """
    words = text.replace(",", " ").split()
    if not words:
        return Rates()
    try:
        day = date.fromisoformat(words[0])
    except ValueError:
        raise ValueError(f"{FORM}; {words[0]!r} is not a day") from None
    worth: dict[str, float] = {}
    for word in words[1:]:
        code, mark, amount = word.partition("=")
        if not mark or not CODE.fullmatch(code):
            raise ValueError(f"{FORM}; {word!r} is not CODE=amount")
        if code in worth:
            raise ValueError(f"{FORM}; {code} is there twice")
        worth[code] = _read_amount(amount, word)
    if len(worth) < 2:
        raise ValueError(FORM)
    return Rates(day, worth)


def _read_amount(text: str, word: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        raise ValueError(f"{FORM}; {word!r} has no number after the sign") from None
    if not math.isfinite(amount) or amount <= 0:
        raise ValueError(f"{FORM}; {word!r} is not above zero")
    return amount
