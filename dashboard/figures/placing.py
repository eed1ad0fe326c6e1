"""Names beside what they name, without one lying on another. Sizes are in pixels of a wide screen; on a narrow one names
come closer, which is why they are placed with some air.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LETTER = 6.8  # pixels a letter takes at 12 pixels of type
LINE = 17.0
AIR = 3.0
SPOTS = (
    "middle right",
    "middle left",
    "top center",
    "bottom center",
    "top right",
    "bottom right",
    "top left",
    "bottom left",
)


@dataclass(frozen=True)
class Box:
    left: float
    right: float
    low: float
    high: float

    def covers(self, other: Box) -> float:
        """How much of the plane is in both, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.high, other.high) - max(self.low, other.low)
        return max(width, 0.0) * max(height, 0.0)


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[float],
    names: Sequence[str],
    ends: tuple[Sequence[float], Sequence[float]],
    around: tuple[float, float],
) -> list[str]:
    """plotly's `textposition` for each point, the first that lies on nothing; else the one that lies on the least.

    Args:
        points: in units of the axes. sizes: across each bubble, pixels. names: what is written.
        ends: lowest and highest value of both axes. around: width and height of the drawing, pixels.
    """
    (x0, x1), (y0, y1) = ends
    width, height = around
    centres = [((x - x0) / (x1 - x0) * width, (y - y0) / (y1 - y0) * height) for x, y in points]
    taken = [
        Box(x - size / 2, x + size / 2, y - size / 2, y + size / 2) for (x, y), size in zip(centres, sizes, strict=True)
    ]
    frame = Box(0.0, width, 0.0, height)
    chosen = []
    for place, (centre, size, name) in enumerate(zip(centres, sizes, names, strict=True)):
        boxes = {spot: label_box(centre, size, name, spot) for spot in SPOTS}
        others = [box for i, box in enumerate(taken) if i != place]

        def cost(spot: str, boxes: dict[str, Box] = boxes, others: list[Box] = others) -> float:
            box = boxes[spot]
            outside = (box.right - box.left) * (box.high - box.low) - box.covers(frame)
            return sum(box.covers(other) for other in others) + 3 * outside

        best = min(SPOTS, key=cost)
        taken.append(boxes[best])
        chosen.append(best)
    return chosen


def label_box(centre: tuple[float, float], size: float, name: str, spot: str) -> Box:
    """Where a name is written, as plotly places it."""
    (x, y), (vertical, horizontal) = centre, spot.split()
    wide, reach = len(name) * LETTER + 2 * AIR, size / 2 + AIR
    left = {"right": x + reach, "left": x - reach - wide, "center": x - wide / 2}[horizontal]
    low = {"middle": y - LINE / 2, "top": y + reach, "bottom": y - reach - LINE}[vertical]
    if horizontal != "center" and vertical != "middle":
        left += -AIR - reach / 3 if horizontal == "right" else AIR + reach / 3
    return Box(left, left + wide, low, low + LINE)


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Places as near to `wanted` (rising) as can be, each at least `apart` from the next: labels at the end of lines.

    Blocks that would overlap are put together around the mean of what they want (pooling adjacent violators).
    """
    blocks: list[tuple[float, int]] = []  # (mean of wanted minus offset, how many)
    for place, value in enumerate(wanted):
        blocks.append((value - place * apart, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (first, many), (second, more) = blocks[-2], blocks[-1]
            blocks[-2:] = [((first * many + second * more) / (many + more), many + more)]
    level = [mean for mean, count in blocks for _ in range(count)]
    return [mean + place * apart for place, mean in enumerate(level)]
