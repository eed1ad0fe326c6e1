"""`mixline mmm backtest`: forecasts made from what came before them, held against what came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mixline.cli.files import read_data, read_spec
from mixline.cli.output import format_number, print_json, print_table, show_progress
from mixline.settings import load_settings

if TYPE_CHECKING:
    from mixline.mmm.backtest.result import Backtest
    from mixline.mmm.specification import ModelSpec

FOLDS = 4  # a year of quarters, where the specification asks for none


@click.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or Parquet file."
)
@click.option("--spec", "spec_path", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--folds", type=click.IntRange(1, 20), default=None, help=f"Forecasts; default from the spec, or {FOLDS}."
)
@click.option("--horizon", type=click.IntRange(1, 1000), default=None, help="Periods of each; default a quarter.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=None, help="Seed; default from the spec.")
@click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 is one per core.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def backtest(
    data: Path, spec_path: Path, folds: int | None, horizon: int | None, seed: int | None, jobs: int, as_json: bool
) -> None:
    """How well the model would have forecast: fitted anew on what came before each forecast, with a smaller search.

    \b
    Example:
      mixline mmm backtest --data weekly.csv --spec spec.yaml
      mixline mmm backtest --data weekly.csv --spec spec.yaml --folds 8 --horizon 4 --json
    """
    import os

    from mixline.mmm.backtest.forecasts import backtest as run

    spec = read_spec(spec_path)
    asked = spec.validation
    spec = replace(
        spec, validation=replace(asked, folds=folds or asked.folds or FOLDS, horizon=horizon or asked.horizon)
    )
    if seed is not None:
        spec = spec.with_search(seed=seed)
    frame = read_data(data, load_settings().upload_limit_mb)
    with show_progress(f"Back-test of {data.name}", quiet=as_json) as report:
        found = run(spec, frame, processes=jobs or os.cpu_count() or 1, progress=report)
    if as_json:
        summary = {name: getattr(found, name) for name in ("words", "error", "naive_error", "skill", "coverage")}
        print_json({**summary, **found.to_dict()})
        return
    _print(spec, found)


def _print(spec: ModelSpec, found: Backtest) -> None:
    print_table(
        f"{spec.goal.label or spec.goal.column}: forecasts of {found.horizon} {found.interval}s",
        ["Forecast", "Up to", "Outcome", "Forecast of it", "Off by (MAPE)", "A year before", "Within 90 %"],
        [
            [
                fold.dates[0].isoformat(),
                fold.dates[-1].isoformat(),
                format_number(sum(fold.actual)),
                format_number(sum(fold.expected)),
                _percent(fold.mape),
                _percent(fold.naive_mape),
                _percent(fold.coverage),
            ]
            for fold in found.folds
        ],
        text_columns=2,
    )
    measure = "ROI" if spec.goal.kind == "revenue" else "Conversions per unit of money"
    print_table(
        f"{measure} by forecast",
        ["Channel", *(fold.dates[0].isoformat() for fold in found.folds)],
        [
            [
                medium.label or medium.name,
                *(
                    "not run" if figure is None else format_number(figure.value)
                    for figure in found.returns(medium.name)
                ),
            ]
            for medium in spec.paid
        ],
    )
    click.echo(found.words)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
