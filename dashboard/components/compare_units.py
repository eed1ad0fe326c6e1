"""What the models compared count: money or conversions. Returns of one are never drawn on the scale of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import Unit, unit_of
from mixline.messages import ModelSummary


@dataclass(frozen=True)
class UnitGroup:
    """Models whose returns mean the same. `places` are theirs among all models compared."""

    unit: Unit
    goal: str
    places: tuple[int, ...]

    @property
    def title(self) -> str:
        """Orders: C and E."""
        return f"{self.goal}: {join_letters(self.places)}"


def group_units(models: Sequence[ModelSummary]) -> list[UnitGroup]:
    """Models by what they count, in their order.

    Revenue over spend has no unit, so models of other currencies stand together; conversions are those of their own goal.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for place, model in enumerate(models):
        counted = unit_of(model)
        found.setdefault(("conversions", model.goal) if counted.conversions else ("revenue", ""), []).append(place)
    groups = []
    for (kind, goal), places in found.items():
        currencies = {models[place].currency for place in places}
        currency = currencies.pop() if len(currencies) == 1 else ""
        groups.append(UnitGroup(Unit(currency, kind == "conversions"), goal or "Revenue", tuple(places)))
    return groups


def write_counted(model: ModelSummary) -> str:
    """Revenue in EUR; Orders."""
    money = model.goal_kind == "revenue" and model.currency
    return f"{model.goal} in {model.currency}" if money else model.goal


def join_letters(places: Sequence[int]) -> str:
    """A; A and C; A, B and D."""
    letters = [LETTERS[place] for place in places]
    return letters[0] if len(letters) == 1 else f"{', '.join(letters[:-1])} and {letters[-1]}"
