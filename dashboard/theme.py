"""Colours and type, in one place. The style sheet's variables carry the same values; a test compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import has_request_context, request

Mode = Literal["light", "dark"]
COOKIE = "mixline_theme"
FONT = "'Inter Variable', system-ui, sans-serif"


@dataclass(frozen=True)
class Tokens:
    """What the figures need to know of a theme."""

    surface: str
    ink: str
    ink_soft: str
    line: str
    accent: str
    baseline: str
    context: tuple[str, ...]
    organic: tuple[str, ...]
    good: str
    bad: str


LIGHT = Tokens(
    surface="#ffffff",
    ink="#16202a",
    ink_soft="#5a6672",
    line="#e3e6e9",
    accent="#0b5f66",
    baseline="#d3d8dd",
    context=("#aab3bc", "#8b96a1", "#c0b9ae", "#9a9286"),
    organic=("#9db58f", "#7d9a6d", "#b9c9a8"),
    good="#177553",
    bad="#b3432b",
)

DARK = Tokens(
    surface="#171d23",
    ink="#e9edf0",
    ink_soft="#9aa6b1",
    line="#2b343c",
    accent="#5fb8bd",
    baseline="#46515b",
    context=("#66727d", "#7f8b96", "#7b7468", "#958d80"),
    organic=("#6f8a61", "#8aa57b", "#59704d"),
    good="#58bf94",
    bad="#e5836b",
)

# The first eight are told apart with each kind of colour blindness (tested: at least 20 apart in CIELAB); all can be
# seen on both surfaces.
CHANNEL_PALETTE = (
    "#3f62dc",  # blue
    "#d0732f",  # orange
    "#3a9a70",  # green
    "#bb6ca3",  # orchid
    "#56c3f5",  # sky
    "#c22a3c",  # red
    "#dab214",  # gold
    "#7d52a5",  # plum
    "#8a6039",  # brown
    "#3d8a94",  # petrol
    "#9aaa4c",  # olive
    "#7f8fa6",  # slate
)


def tokens(mode: Mode) -> Tokens:
    return DARK if mode == "dark" else LIGHT


def current_mode() -> Mode:
    """The theme of the person who asks, from their cookie."""
    return "dark" if has_request_context() and request.cookies.get(COOKIE) == "dark" else "light"


def assign_colors(channels: Sequence[str]) -> dict[str, str]:
    """A colour for each channel by its place in the specification: the same on every page and in every figure."""
    return {name: CHANNEL_PALETTE[place % len(CHANNEL_PALETTE)] for place, name in enumerate(channels)}


def fade(color: str, opacity: float) -> str:
    """A colour of the form #rrggbb with an opacity, for bands and fills."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def ink_on(color: str) -> str:
    """Black or white text on a colour, whichever is read more easily (WCAG relative luminance)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#10151a"


def layout_template(mode: Mode) -> dict[str, Any]:
    """The plotly template: no frame, quiet grid, our type face."""
    t = tokens(mode)
    axis = {
        "gridcolor": t.line,
        "linecolor": t.line,
        "zerolinecolor": t.ink_soft,
        "zerolinewidth": 1,
        "tickcolor": t.line,
        "tickfont": {"color": t.ink_soft, "size": 12},
        "title": {"font": {"color": t.ink_soft, "size": 12}, "standoff": 8},
        "automargin": True,
        "ticklabelstandoff": 6,
        "tickangle": 0,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": t.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(CHANNEL_PALETTE),
            "xaxis": {**axis, "showgrid": False},
            "yaxis": axis,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
            "legend": {"orientation": "h", "x": 0, "y": -0.12, "font": {"color": t.ink_soft, "size": 12}},
            "hoverlabel": {
                "bgcolor": t.surface,
                "bordercolor": t.line,
                "font": {"family": FONT, "color": t.ink, "size": 13},
                "align": "left",
            },
            "separators": ".,",
            "dragmode": False,
        }
    }
