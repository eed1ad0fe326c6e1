"""Tables to upload: a good one, and one for each mistake people make."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, object]
HEADER = ("week", "revenue", "tv_spend", "search_spend", "search_clicks", "price")
WEEKS = 104


def good_rows(seed: int = 1, weeks: int = WEEKS) -> list[Row]:
    """Two years of plain weekly data."""
    dice = random.Random(seed)
    rows: list[Row] = []
    for place in range(weeks):
        tv = dice.uniform(0, 9000) if place % 5 < 3 else 0.0
        search = dice.uniform(1000, 4000)
        price = dice.uniform(9, 11)
        revenue = 60_000 + 2.1 * tv + 4.0 * search - 1500 * price + dice.gauss(0, 2500)
        rows.append(
            {
                "week": (date(2023, 1, 2) + timedelta(weeks=place)).isoformat(),
                "revenue": round(revenue, 2),
                "tv_spend": round(tv, 2),
                "search_spend": round(search, 2),
                "search_clicks": round(search * dice.uniform(0.9, 1.1)),
                "price": round(price, 2),
            }
        )
    return rows


def _without(name: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{key: value for key, value in row.items() if key != name} for row in rows]


def _with(place: int, **values: object) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, **values} if n == place else row for n, row in enumerate(rows)]


# Each mistake with words of the sentence a person must get.
MISTAKES: dict[str, tuple[Callable[[list[Row]], list[Row]], str]] = {
    "no date column": (_without("week"), "no date column"),
    "duplicate weeks": (lambda rows: [*rows, *rows[5:7]], "a date comes twice"),
    "text in a spend column": (_with(7, tv_spend="lots"), "the spend column holds text"),
    "negative spend": (_with(7, tv_spend=-500), "the spend is negative"),
    "gaps": (lambda rows: rows[:30] + rows[33:], "weeks are missing"),
    "fewer than 26 rows": (lambda rows: rows[:20], "too few rows"),
}
REFUSED_AT_ONCE: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "the file is empty"),
    "a header only": (",".join(HEADER).encode(), "no rows"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "this is a picture"),
}


def write_table(folder: Path, filename: str, rows: list[Row]) -> Path:
    path = folder / filename
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
