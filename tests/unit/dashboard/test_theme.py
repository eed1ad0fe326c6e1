from __future__ import annotations

import re
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard import theme

CSS = Path(theme.__file__).parent / "assets" / "10-mixline.css"
# Machado, Oliveira, Fernandes (2009), severity 1.0: what a person without one kind of cone sees, in linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def read_linear(color: str) -> NDArray[np.float64]:
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def read_lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = np.cbrt(TO_XYZ @ np.clip(linear, 0, 1) / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(first: str, second: str) -> float:
    light, dark = sorted((TO_XYZ[1] @ read_linear(color) for color in (first, second)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


@pytest.mark.parametrize("kind", BLINDNESS)
def test_first_eight_channels_are_told_apart_with_any_kind_of_sight(kind: str) -> None:
    seen = [read_lab(BLINDNESS[kind] @ read_linear(color)) for color in theme.CHANNEL_PALETTE[:8]]
    closest = min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))
    assert closest > 20


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_readable_on_its_surface(mode: theme.Mode) -> None:
    t = theme.tokens(mode)
    assert contrast(t.ink, t.surface) > 7
    assert contrast(t.ink_soft, t.surface) > 4.5
    assert contrast(t.accent, t.surface) > 4.5
    for color in theme.CHANNEL_PALETTE:
        assert contrast(color, t.surface) > 1.9
        assert contrast(color, theme.ink_on(color)) > 4


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_style_sheet_and_figures_use_the_same_colours(mode: theme.Mode) -> None:
    block = re.search(rf'\[data-bs-theme="{mode}"\] \{{(.*?)\}}', CSS.read_text(), re.S)
    assert block
    css = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block.group(1)))
    values = asdict(theme.tokens(mode))
    for name in ("surface", "ink", "ink_soft", "line", "accent", "good", "bad"):
        assert css[name.replace("_", "-")] == values[name], name


def test_a_channel_keeps_its_colour_whatever_is_shown() -> None:
    names = ["tv", "search", "radio"]
    assert theme.assign_colors(names) == theme.assign_colors(tuple(names))
    assert list(theme.assign_colors(names).values()) == list(theme.CHANNEL_PALETTE[:3])
    many = theme.assign_colors([f"c{i}" for i in range(30)])
    assert len(many) == 30


def test_fade_keeps_the_colour() -> None:
    assert theme.fade("#2f77b8", 0.25) == "rgba(47,119,184,0.25)"


def test_what_was_drawn_for_the_dark_screen_is_printed_in_daylight() -> None:
    sheet = (CSS.parent / "60-print.css").read_text()
    dark, light = asdict(theme.DARK), asdict(theme.LIGHT)
    for name, colors in dark.items():
        both = [(colors, light[name])] if isinstance(colors, str) else zip(colors, light[name], strict=True)
        for drawn, printed in both:
            red, green, blue = (int(drawn[i : i + 2], 16) for i in (1, 3, 5))
            fill = f':is([style*="fill: rgb({red}, {green}, {blue})"], [style*="fill:{drawn}"]) {{ fill: {printed} '
            assert fill in sheet, name
            assert f'[style*="stroke: rgb({red}, {green}, {blue})"] {{ stroke: {printed} ' in sheet, name
