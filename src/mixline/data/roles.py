"""What each column of a table is, as a suggestion with its reason. A person confirms; nothing is decided here.

Words of the names come from `role_rules`, evidence from the values (`column_facts`): pairs of spend and exposure must move
together, calendar numbers must follow the date, a yes/no column counts when the outcome stands out where it is set.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from mixline.data.column_facts import Facts, describe
from mixline.data.flag_roles import take_flags
from mixline.data.media_roles import take_exposures, take_organic, take_spend
from mixline.data.role_guesses import Confidence, Guess, Reading
from mixline.data.role_rules import (
    CALENDAR_WORDS,
    COMPETITOR_WORDS,
    CONTEXT_WORDS,
    DATE_WORDS,
    EXPOSURE_WORDS,
    GOAL_WORDS,
    NOT_THE_GOAL,
    ORGANIC_WORDS,
    PLAN_WORDS,
    SEGMENT_WORDS,
    channel_stem,
    media_kind,
    robyn_ending,
    split_name,
)
from mixline.messages import ColumnSuggestion

MOST_LEVELS = 20  # a text column with more levels is a name or a note, not a factor
MOST_SEGMENTS = 200


def suggest_columns(frame: pd.DataFrame) -> list[ColumnSuggestion]:
    """A role for every column of a table read by `read_table`, in the table's order, with reason and confidence."""
    reading = Reading(frame, {str(name): describe(frame[name]) for name in frame.columns})
    for step in (
        _take_empty_and_constant,
        _take_date,
        _take_segment,
        _take_competitors_and_plans,
        take_spend,
        _take_goal,
        take_exposures,
        _take_calendar,
        take_organic,
        take_flags,
        _take_rest,
    ):
        step(reading)
    return [_suggestion(reading.facts[str(name)], reading.guesses[str(name)]) for name in frame.columns]


def _take_empty_and_constant(r: Reading) -> None:
    for f in r.open():
        if f.distinct == 0:
            r.guesses[f.name] = Guess("ignore", "It is empty.", "high")
        elif f.distinct == 1 and f.rows > 1 and f.missing == 0:
            r.guesses[f.name] = Guess(
                "ignore", f"It is always {f.examples[0]}: what never changes explains nothing.", "high"
            )


# --- when and where ---------------------------------------------------------------------------------------------------


def _take_date(r: Reading) -> None:
    dates = [f for f in r.open() if f.type == "date"]
    written = [f for f in r.open() if f.type == "text" and f.date_share > 0.8 and f.numeric_share < 1.0]
    if dates:
        best = max(dates, key=lambda f: (f.missing == 0, f.distinct, bool(set(split_name(f.name)) & DATE_WORDS)))
        first, last = r.frame[best.name].min(), r.frame[best.name].max()
        sure: Confidence = "high" if len(dates) == 1 else "medium"
        r.guesses[best.name] = Guess("date", f"Dates from {first:%Y-%m-%d} to {last:%Y-%m-%d}.", sure)
        for f in dates:
            if f is not best:
                r.guesses[f.name] = Guess(
                    "ignore", f"A second date column; {best.name} has more different days.", "medium"
                )
    elif written:
        best = max(written, key=lambda f: f.date_share)
        text = r.frame[best.name].astype("str")
        bad = next(
            (i for i, v in enumerate(text) if describe(pd.Series([v], name="v", dtype="str")).date_share < 1.0), None
        )
        where = (
            f"; row {bad + 2} holds {text.iloc[bad]!r}"
            if bad is not None
            else "; one of them is no day of the calendar"
        )
        r.guesses[best.name] = Guess("date", f"Most of its values are dates{where}.", "low")


def _take_segment(r: Reading) -> None:
    """The text column that makes dates unique, if dates repeat."""
    date = next(iter(r.having("date")), None)
    if date is None:
        return
    repeated = bool(r.frame[date].duplicated().any())
    candidates = [f for f in r.open() if f.type == "text" and not f.numeric and 2 <= f.distinct <= MOST_SEGMENTS]
    if not repeated:
        return
    named = [f for f in candidates if set(split_name(f.name)) & SEGMENT_WORDS]
    for f in (*named, *(c for c in candidates if c not in named)):
        if not r.frame.duplicated([date, f.name]).any():
            sure: Confidence = "high" if f in named else "medium"
            reason = f"Every date comes once for each of its {f.distinct} values ({', '.join(f.examples)})."
            r.guesses[f.name] = Guess("segment", reason, sure)
            return
    if named:
        reason = "Named like a segment, but dates repeat within its values."
        r.guesses[named[0].name] = Guess("segment", reason, "low")


def _take_calendar(r: Reading) -> None:
    """Numbers that only count days, weeks, months or rows."""
    date = next(iter(r.having("date")), None)
    parts: dict[str, np.ndarray] = {}
    if date is not None and r.facts[date].type == "date":
        days = r.frame[date].dt
        week = days.isocalendar().week.to_numpy(dtype=np.float64)
        parts = {
            "year": days.year,
            "quarter": days.quarter,
            "month": days.month,
            "day": days.day,
            "weekday": days.dayofweek,
        }
        parts = {name: np.asarray(part, dtype=np.float64) for name, part in parts.items()} | {"week": week}
    for f in r.open():
        if f.type != "number" or f.flag:
            continue
        values = r.values(f.name)
        whole = bool(np.isfinite(values).all() and (values % 1 == 0).all())
        words = [w for w in split_name(f.name) if not w[0].isdigit()]
        if whole and f.rows > 2 and (np.diff(values) == 1).all():
            r.guesses[f.name] = Guess("ignore", "It counts the rows.", "high")
        elif whole and words and set(words) <= CALENDAR_WORDS and (f.maximum or 0) <= 2200:
            r.guesses[f.name] = Guess(
                "ignore", "A calendar number; trend and season are modelled from the date.", "high"
            )
        elif whole and f.distinct > 2 and (same := next((n for n, p in parts.items() if (p == values).all()), None)):
            r.guesses[f.name] = Guess(
                "ignore", f"The {same} of the date; the season is modelled from the date.", "high"
            )


# --- not ours, not observed --------------------------------------------------------------------------------------------------


def _take_competitors_and_plans(r: Reading) -> None:
    for f in r.open():
        words = set(split_name(f.name))
        if words & COMPETITOR_WORDS and f.numeric:
            r.guesses[f.name] = Guess(
                "context", "Named after competitors: it moves the outcome, but is not yours.", "high"
            )
        elif words & PLAN_WORDS and words & set(GOAL_WORDS):
            r.guesses[f.name] = Guess(
                "ignore", "A plan or forecast of the outcome: it would explain it with itself.", "medium"
            )
        elif robyn_ending(f.name) == "context":
            r.guesses[f.name] = Guess("context", "Ends in _B, which marks context.", "high" if f.numeric else "medium")


# --- the outcome ------------------------------------------------------------------------------------------------------


def _take_goal(r: Reading) -> None:
    ranked: list[tuple[int, int, Facts]] = []
    for f in r.open():
        words = split_name(f.name)
        hits = [GOAL_WORDS.index(w) for w in words if w in GOAL_WORDS]
        unit = set(words) & set(EXPOSURE_WORDS)
        if f.numeric and not f.flag and hits and not set(words) & NOT_THE_GOAL and not unit:
            ranked.append((min(hits), len(words), f))
    ranked.sort(key=lambda item: (item[0], item[1], -(item[2].mean or 0.0)))
    if ranked:
        goal = ranked[0][2]
        sure: Confidence = "high" if ranked[0][1] == 1 or len(ranked) == 1 else "medium"
        reason = "Named like an outcome."
        if goal.type == "text":
            reason, sure = "Named like an outcome, but some values are text.", "low"
        elif goal.zero_share > 0.5:
            reason, sure = f"Named like an outcome, though {goal.zero_share:.0%} of its values are zero.", "medium"
        r.guesses[goal.name] = Guess("goal", reason, sure)
        for _, _, f in ranked[1:]:
            reason = f"Another outcome beside {goal.name}: explaining one with the other would hide the media."
            r.guesses[f.name] = Guess("ignore", reason, "medium")
        return
    numeric = [f for f in r.open() if f.type == "number" and not f.flag and not f.negative and f.zero_share < 0.1]
    unknown = [f for f in numeric if not _known_word(f.name)]
    if unknown:
        goal = max(unknown, key=lambda f: f.mean or 0.0)
        reason = "No column is named like an outcome; this is the largest number nobody else claims. Please check."
        r.guesses[goal.name] = Guess("goal", reason, "low")


def _known_word(name: str) -> bool:
    words = set(split_name(name))
    known = ORGANIC_WORDS | set(CONTEXT_WORDS) | set(EXPOSURE_WORDS) | CALENDAR_WORDS
    return bool(words & known) or media_kind(channel_stem(name)) != "other" or robyn_ending(name) != ""


# --- everything else --------------------------------------------------------------------------------------------------


def _take_rest(r: Reading) -> None:
    for f in r.open():
        words = split_name(f.name)
        what = next((CONTEXT_WORDS[w] for w in words if w in CONTEXT_WORDS), "")
        kind = media_kind(channel_stem(f.name))
        if f.type == "date":
            r.guesses[f.name] = Guess("ignore", "A second date column.", "medium")
        elif f.numeric and what:
            sure: Confidence = "high" if f.type == "number" else "low"
            r.guesses[f.name] = Guess("context", f"Its name speaks of {what}.", sure)
        elif f.numeric and kind != "other" and not f.negative:
            reason = "Named like a channel without saying what is counted; taken as spend. Please check."
            r.guesses[f.name] = Guess("spend", reason, "low", channel_stem(f.name), kind)
        elif f.numeric:
            reason = "A number that no rule knows; taken as something that may move the outcome. Please check."
            r.guesses[f.name] = Guess("context", reason, "low")
        elif f.distinct <= MOST_LEVELS:
            about = f", about {what}" if what else ""
            reason = f"Text with {f.distinct} levels{about} ({', '.join(f.examples)})."
            r.guesses[f.name] = Guess("factor", reason, "high" if what else "medium")
        else:
            r.guesses[f.name] = Guess("ignore", f"Text with {f.distinct} different values.", "medium")


def _suggestion(f: Facts, guess: Guess) -> ColumnSuggestion:
    return ColumnSuggestion(
        name=f.name,
        type=f.type,
        role=guess.role,
        reason=guess.reason,
        confidence=guess.confidence,
        channel=guess.channel if guess.role in ("spend", "exposure", "organic") else "",
        kind=guess.kind if guess.role in ("spend", "exposure", "organic") else "other",
        missing=f.missing,
        zero_share=f.zero_share,
        minimum=f.minimum,
        maximum=f.maximum,
        mean=f.mean,
        examples=list(f.examples),
    )
