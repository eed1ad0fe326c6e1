"""Columns of money and media: spend, what it bought, and media nobody is paid for."""

from __future__ import annotations

import numpy as np

from mixline.data.column_facts import Facts, correlation
from mixline.data.role_guesses import Confidence, Guess, Reading
from mixline.data.role_rules import (
    CLICKS_FIRST,
    EXPOSURE_WORDS,
    ORGANIC_WORDS,
    SPEND_BUT_NOT,
    SPEND_WORDS,
    TOTAL_WORDS,
    channel_stem,
    media_kind,
    robyn_ending,
    split_name,
)

PAIR_CORRELATION = 0.5  # below this, spend and exposure hardly measure the same thing
CLOSE_CORRELATION = 0.7  # from here on half of the variance is shared


def take_spend(r: Reading) -> None:
    totals: list[Facts] = []
    for f in r.open():
        words = set(split_name(f.name))
        by_ending = robyn_ending(f.name) == "spend"
        if not f.numeric or f.flag or not (words & SPEND_WORDS or by_ending) or words & SPEND_BUT_NOT:
            continue
        stem = channel_stem(f.name)
        if not stem or words & TOTAL_WORDS:
            totals.append(f)
            continue
        mark = "_S" if by_ending else sorted(words & SPEND_WORDS)[0]
        other = next((n for n in r.having("spend") if r.guesses[n].channel == stem), None)
        if other is not None:
            r.guesses[f.name] = Guess("ignore", f"A second spend column of {stem}, beside {other}.", "low", stem)
            continue
        confidence: Confidence = "high"
        reason = f"Its name says spend ({mark})."
        if f.type == "text":
            reason, confidence = f"Its name says spend ({mark}), but some values are text.", "low"
        elif f.negative:
            reason, confidence = f"Its name says spend ({mark}), but some values are negative.", "medium"
        r.guesses[f.name] = Guess("spend", reason, confidence, stem, media_kind(stem))
    channels = r.having("spend")
    for f in totals:
        parts = sum((r.values(c) for c in channels), start=np.zeros(f.rows))
        adds_up = bool(channels) and np.allclose(parts, r.values(f.name), rtol=0.01, equal_nan=True)
        if channels:
            why = "It is the sum of the spend columns" if adds_up else "Named like a total of the channels"
            r.guesses[f.name] = Guess("ignore", f"{why}: counted once is enough.", "high" if adds_up else "medium")
        else:
            r.guesses[f.name] = Guess("spend", "The only spend column; no channel is named.", "medium", "media")


def take_exposures(r: Reading) -> None:
    """Pair impressions, clicks and the like with the spend of the same stem; without spend they are organic."""
    by_stem: dict[str, list[Facts]] = {}
    for f in r.open():
        words = split_name(f.name)
        if f.numeric and not f.flag and (set(words) & set(EXPOSURE_WORDS) or robyn_ending(f.name) == "exposure"):
            by_stem.setdefault(channel_stem(f.name), []).append(f)
    spends = {r.guesses[name].channel: name for name in r.having("spend")}
    for stem, columns in by_stem.items():
        kind = media_kind(stem)
        columns.sort(key=lambda f: (_preference(f.name, kind), f.zero_share))
        best, others = columns[0], columns[1:]
        if stem in spends:
            r.guesses[best.name] = _pair(r, best, spends[stem], stem, r.guesses[spends[stem]].kind)
        elif kind == "email" or set(split_name(best.name)) & ORGANIC_WORDS:
            r.guesses[best.name] = Guess(
                "organic", "Own media that nobody is paid for by the contact.", "high", stem, kind
            )
        else:
            reason = (
                f"Exposure of {stem or 'a channel'} with no spend column beside it: taken as unpaid, so it gets no ROI."
            )
            r.guesses[best.name] = Guess("organic", reason, "medium", stem or best.name, kind)
        for f in others:
            r.guesses[f.name] = Guess(
                "ignore", f"A second measure of {stem}; {best.name} is used.", "medium", stem, kind
            )


def _pair(r: Reading, exposure: Facts, spend: str, stem: str, kind: str) -> Guess:
    together = correlation(r.values(exposure.name), r.values(spend))
    if together is None:
        return Guess("exposure", f"Same channel as {spend}.", "medium", stem, kind)
    if together < PAIR_CORRELATION:
        reason = f"Same name as {spend}, though they hardly move together (correlation {together:.2f})."
        return Guess("exposure", reason, "low", stem, kind)
    sure: Confidence = "high" if together >= CLOSE_CORRELATION else "medium"
    return Guess("exposure", f"What {spend} bought (correlation {together:.2f}).", sure, stem, kind)


def _preference(name: str, kind: str) -> int:
    units = [w for w in split_name(name) if w in EXPOSURE_WORDS]
    if kind in CLICKS_FIRST and set(units) & {"click", "clicks"}:
        return 0
    return min((EXPOSURE_WORDS[u] for u in units), default=2)


def take_organic(r: Reading) -> None:
    for f in r.open():
        words = set(split_name(f.name))
        if f.numeric and not f.flag and (words & ORGANIC_WORDS or robyn_ending(f.name) == "organic"):
            stem = channel_stem(f.name) or f.name
            kind = media_kind(stem)
            sure: Confidence = "medium" if f.negative or f.type == "text" else "high"
            r.guesses[f.name] = Guess("organic", "Own media that nobody is paid for by the contact.", sure, stem, kind)
