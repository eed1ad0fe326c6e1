"""The demo: a retailer in two countries, four years of weeks, eight channels, one table, a truth for each country.

What is written here is committed as data/sample and imported by the product like anybody's file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from mixline.mmm.simulation.simulate import build
from mixline.mmm.simulation.truth import Truth
from mixline.mmm.simulation.worlds import WORLDS
from mixline.mmm.specification import ModelSpec

WORLD = "realistic"
SEED = 5
MARKETS: Mapping[str, float] = {"DE": 1.0, "FR": 0.65}  # size of each country's market


@dataclass(frozen=True)
class Demo:
    """One table with a `country` column; a specification and a truth for each country."""

    frame: pd.DataFrame
    specs: Mapping[str, ModelSpec]
    truths: Mapping[str, Truth]


def build_demo() -> Demo:
    """The demo, always the same."""
    frames, specs, truths = [], {}, {}
    for country, market in MARKETS.items():
        world = build(WORLD, replace(WORLDS[WORLD], country=country, market=market), SEED)
        frame = world.frame.copy()
        frame.insert(1, "country", country)
        frames.append(frame)
        specs[country] = replace(world.spec, segment_column="country", segment_value=country)
        truths[country] = world.truth
    frame = pd.concat(frames, ignore_index=True).sort_values(["date", "country"], ignore_index=True)
    return Demo(frame, specs, truths)


def demo_frame() -> pd.DataFrame:
    """The demo's table: date, country, revenue, spends with exposures, newsletter, prices, competitors, promotions, events."""
    return build_demo().frame


def demo_files() -> dict[str, bytes]:
    """What data/sample holds: demo.csv and demo_truth.json."""
    demo = build_demo()
    whole = demo.frame.copy()
    for name in whole.columns:
        # Counts without ".0": the file looks like an export.
        if pd.api.types.is_float_dtype(whole[name].dtype) and (whole[name] % 1 == 0).all():
            whole[name] = whole[name].astype("int64")
    table = whole.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    truth = {"world": WORLD, "countries": {country: truth.to_dict() for country, truth in demo.truths.items()}}
    document = json.dumps(truth, separators=(",", ":"), allow_nan=False)
    # One line for each channel, term and series: small, and still readable in a diff.
    document = document.replace('{"name":', '\n{"name":').replace('],"', '],\n"')
    return {"demo.csv": table.encode(), "demo_truth.json": f"{document}\n".encode()}


def write_demo(folder: Path | str) -> list[Path]:
    """Write the demo's files into a folder that exists; the only function here that touches files."""
    paths = []
    for name, content in demo_files().items():
        path = Path(folder) / name
        path.write_bytes(content)
        paths.append(path)
    return paths
