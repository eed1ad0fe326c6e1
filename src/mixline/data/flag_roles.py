"""Yes/no columns: which of them are worth a driver of their own."""

from __future__ import annotations

import numpy as np

from mixline.data.column_facts import Facts, lift_where
from mixline.data.role_guesses import Guess, Reading
from mixline.data.role_rules import CONTEXT_WORDS, HOLIDAY_WORDS, SEASON_DUMMY_WORDS, split_name

RARE_FLAG = 0.05  # a flag set in fewer rows must show that it matters
CLEAR_LIFT = 2.0  # standard errors


def take_flags(r: Reading) -> None:
    """Yes/no columns. Rare ones count only where the outcome stands out, season dummies never."""
    goal = next(iter(r.having("goal")), None)
    repeated = bool(r.having("segment"))
    outcome = r.values(goal) if goal is not None and not repeated else None
    seen: dict[bytes, str] = {}
    for f in r.open():
        if not f.flag:
            continue
        values = r.values(f.name)
        words = split_name(f.name)
        numbered = bool(words) and words[-1].isdigit()
        active = int(np.nansum(values))
        if numbered and words[0] in SEASON_DUMMY_WORDS:
            r.guesses[f.name] = Guess("ignore", "A season dummy; the season is modelled from the date.", "medium")
            continue
        twin = seen.setdefault(values.tobytes(), f.name)
        if twin != f.name:
            r.guesses[f.name] = Guess("ignore", f"The same in every row as {twin}.", "high")
        elif active / f.rows >= RARE_FLAG:
            what = next((CONTEXT_WORDS[w] for w in words if w in CONTEXT_WORDS), "")
            meaning = f", about {what}" if what else ""
            reason = f"A yes/no column{meaning}, set in {active} of {f.rows} rows."
            r.guesses[f.name] = Guess("context", reason, "high" if what else "medium")
        else:
            r.guesses[f.name] = _rare_flag(f, active, lift_where(values, outcome) if outcome is not None else None)


def _rare_flag(f: Facts, active: int, lift: tuple[float, float] | None) -> Guess:
    rows = f"Set in {active} of {f.rows} rows"
    if lift is None:
        return Guess("context", f"{rows}; whether it matters cannot be seen from the values.", "low")
    percent, errors = lift
    if abs(errors) >= CLEAR_LIFT:
        direction = "higher" if percent > 0 else "lower"
        reason = f"{rows}, where the outcome was {abs(percent):.0%} {direction} than in the weeks around."
        return Guess("context", reason, "medium")
    reason = f"{rows}, where the outcome does not stand out"
    if set(split_name(f.name)) & HOLIDAY_WORDS:
        reason += "; public holidays are modelled once the country is named"
    return Guess("ignore", reason + ".", "medium")
