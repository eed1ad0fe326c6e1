"""`mixline mmm refresh | movement`: a model continued on newer data, and what moved between two models."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mixline.cli.files import load_model, read_data, require_free_folder, write_folder
from mixline.cli.mmm import json_option
from mixline.cli.output import format_number, print_json, print_table, show_progress
from mixline.settings import load_settings

if TYPE_CHECKING:
    from mixline.mmm.estimates import Estimate
    from mixline.mmm.movement.comparison import Movement
    from mixline.mmm.movement.result import CauseName

model_type = click.Path(exists=True, file_okay=False, path_type=Path)
data_type = click.Path(exists=True, dir_okay=False, path_type=Path)
CAUSE_NAMES: dict[CauseName, str] = {
    "spend": "Spend",
    "new_data": "Data",
    "specification": "Spec.",
    "uncertainty": "Uncertainty",
}


@click.command()
@click.argument("folder", metavar="MODEL_DIR", type=model_type)
@click.argument("data", type=data_type)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write the new model to.")
@click.option("--steps", type=click.IntRange(1), default=None, help="Periods to add; all new ones when not given.")
@click.option("--keep-start", is_flag=True, help="Let the window grow; otherwise both of its ends move.")
@click.option(
    "--bounds",
    type=click.Choice(["draws", "robyn", "whole"]),
    default="draws",
    show_default=True,
    help="How far memory and saturation may move: as far as the earlier draws lie, as Robyn allows, or everywhere.",
)
@click.option("--freedom", type=click.FloatRange(0, 1, min_open=True), default=None, help="Of the first ranges.")
@click.option("--trials", type=click.IntRange(1, 100), default=None, help="Independent searches; 3 when not given.")
@click.option("--iterations", type=click.IntRange(1, 100_000), default=None, help="Per trial; 1000 when not given.")
@click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 is one per core.")
@json_option
def refresh(
    folder: Path,
    data: Path,
    out: Path,
    steps: int | None,
    keep_start: bool,
    bounds: str,
    freedom: float | None,
    trials: int | None,
    iterations: int | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Continue the model in MODEL_DIR on DATA, which holds its rows and newer ones, and print what moved and why.

    \b
    Example:
      mixline mmm refresh model weekly-march.csv --out model-march
    """
    import os

    from mixline.mmm.fitting import fit
    from mixline.mmm.model_file import write_model
    from mixline.mmm.movement.comparison import compare_models
    from mixline.mmm.movement.refresh import ITERATIONS, TRIALS, refresh_spec

    require_free_folder(out)
    before = load_model(folder)
    frame = read_data(data, load_settings().upload_limit_mb)
    spec = refresh_spec(
        before,
        frame,
        steps=steps,
        freedom=freedom,
        bounds=bounds,  # type: ignore[arg-type]
        keep_start=keep_start,
        trials=trials or TRIALS,
        iterations=iterations or ITERATIONS,
        model_id=name_folder(folder),
    )
    with show_progress(f"Refreshing with {data.name}", quiet=as_json) as report:
        after = fit(spec, frame, processes=jobs or os.cpu_count() or 1, progress=report)
    files = write_model(after)
    write_folder(out, files)
    moved = compare_models(before, after, frame)
    if as_json:
        print_json({"out": str(out), "specification_id": spec.id, "metrics": after.metrics, **document(moved)})
        return
    print_movement(moved, before.spec.goal.currency or "money", before.interval)
    click.echo(f"Wrote {out}. Next: mixline mmm roi --model {out}, or mixline mmm checks --model {out}")


@click.command()
@click.argument("before", metavar="EARLIER_DIR", type=model_type)
@click.argument("after", metavar="LATER_DIR", type=model_type)
@click.option("--data", type=data_type, default=None, help="The later model's data, where the specifications differ.")
@json_option
def movement(before: Path, after: Path, data: Path | None, as_json: bool) -> None:
    """What moved between two models of the same goal, and why.

    \b
    Example:
      mixline mmm movement model model-march
    """
    from mixline.mmm.movement.comparison import compare_models

    first, last = load_model(before), load_model(after)
    frame = None if data is None else read_data(data, load_settings().upload_limit_mb)
    moved = compare_models(first, last, frame)
    if as_json:
        print_json(document(moved))
        return
    print_movement(moved, first.spec.goal.currency or "money", first.interval)


def name_folder(folder: Path) -> str:
    """The id of the model in a folder, as the model store would name it."""
    from mixline.artifacts.manifest import write_manifest

    return write_manifest({path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()})[0]


def print_movement(moved: Movement, money: str, interval: str) -> None:
    """The report: a line per channel with ROI before and after and the parts of its change, then what to know."""
    rows = []
    for channel in moved.channels:
        roi, share = channel.figures["roi"], channel.figures["share_of_effect"]
        rows.append(
            [
                ("! " if channel.warning else "") + channel.label,
                f"{_number(channel.spend_before)} → {_number(channel.spend_after)}",
                f"{_share(share.before)} → {_share(share.after)}",
                _value(roi.before),
                _value(roi.after),
                "" if roi.relative is None else f"{roi.relative:+.0%}",
                "" if roi.change is None else f"{roi.change.low:+.2f} to {roi.change.high:+.2f}",
                *(f"{roi.causes[name]:+.2f}" if name in roi.causes else "" for name in CAUSE_NAMES),
            ]
        )
    print_table(
        moved.headline,
        ["Channel", "Spend", "Share", "ROI", "Now", "Change", "Range", *CAUSE_NAMES.values()],
        rows,
        note=f"Spend: {money} per {interval}. Share: of all channels' effect. Range: 90 %, of the change of ROI, to which the "
        f"last four columns add up. !: more than {moved.threshold:.0%} and more than that range covers.",
    )
    for channel in moved.channels:
        click.echo(channel.words)
    data = moved.data
    if data.added:
        click.echo(f"Data: {len(data.added)} periods are new, {data.added[0]} to {data.added[-1]}.")
    for finding in moved.findings:
        click.echo(f"{finding.severity}: {finding.title}. {finding.detail} {finding.action}")


def document(moved: Movement) -> dict[str, Any]:
    """The report as plain JSON."""
    return {
        "headline": moved.headline,
        "threshold": moved.threshold,
        "channels": [
            {
                "channel": c.name,
                "presence": c.presence,
                "warning": c.warning,
                "words": c.words,
                "main_cause": c.figures["roi"].main_cause,
                "spend_before": c.spend_before,
                "spend_after": c.spend_after,
                "figures": {name: asdict(f) | {"relative": f.relative} for name, f in c.figures.items()},
            }
            for c in moved.channels
        ],
        "specification": [asdict(difference) for difference in moved.specification],
        "data": {
            "shared": moved.data.shared,
            "added": [str(day) for day in moved.data.added],
            "dropped": [str(day) for day in moved.data.dropped],
            "revisions": [
                asdict(r) | {"relative": r.relative if r.relative < float("inf") else None}
                for r in moved.data.revisions
            ],
        },
        "findings": [asdict(finding) for finding in moved.findings],
    }


def _number(value: float | None) -> str:
    return "" if value is None else format_number(value)


def _share(figure: Estimate | None) -> str:
    return "" if figure is None else f"{figure.value:.0%}"


def _value(figure: Estimate | None) -> str:
    return "" if figure is None else f"{figure.value:.2f}"
