"""A table while its columns are being understood: what is claimed so far, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from mixline.data.column_facts import Facts, Floats, numbers
from mixline.messages import Role

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Guess:
    """One column's role and why."""

    role: Role
    reason: str
    confidence: Confidence
    channel: str = ""
    kind: str = "other"


@dataclass
class Reading:
    """A table while its columns are being understood."""

    frame: pd.DataFrame
    facts: dict[str, Facts]
    guesses: dict[str, Guess] = field(default_factory=dict)

    def open(self) -> list[Facts]:
        """Columns nobody has claimed yet."""
        return [f for f in self.facts.values() if f.name not in self.guesses]

    def having(self, role: Role) -> list[str]:
        return [name for name, guess in self.guesses.items() if guess.role == role]

    def values(self, name: str) -> Floats:
        return numbers(self.frame[name])
