"""How findings write days, returns and the parameters of a channel."""

from __future__ import annotations

from datetime import date

from mixline.mmm.specification import Goal

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARAMETERS = {
    "theta": "carry-over",
    "shape": "shape of carry-over",
    "scale": "length of carry-over",
    "alpha": "steepness of saturation",
    "gamma": "point of half saturation",
}


def write_day(day: date) -> str:
    """26 May 2025, in any language setting of the machine."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_return(value: float, goal: Goal) -> str:
    """A return per unit of money; of conversions per 1,000 of it, as a single unit brings next to none."""
    if goal.kind == "revenue":
        return f"{value:.2f}"
    many = value * 1000
    return f"{many:,.0f} per 1,000 spent" if abs(many) >= 100 else f"{many:.3g} per 1,000 spent"
