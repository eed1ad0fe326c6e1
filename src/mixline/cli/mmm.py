"""`mixline mmm`: draft a specification, fit a model, read its numbers, simulate a world."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mixline.cli.files import read_data, read_spec, require_free_folder, write_folder
from mixline.cli.main import Commands
from mixline.cli.output import format_number, print_json, print_table, show_progress
from mixline.errors import InputError
from mixline.settings import load_settings

data_option = click.option(
    "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or Parquet file."
)
model_option = click.option(
    "--model",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of a fitted model.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(
    cls=Commands,
    lazy={
        "init": ("mixline.cli.mmm", "init", "Draft a specification from a table's columns."),
        "fit": ("mixline.cli.mmm", "fit", "Fit a model and write its folder."),
        "backtest": ("mixline.cli.backtest", "backtest", "How well the model would have forecast."),
        "refresh": ("mixline.cli.refresh", "refresh", "Continue a model on newer data; what moved and why."),
        "movement": ("mixline.cli.refresh", "movement", "What moved between two models and why."),
        "roi": ("mixline.cli.reading", "roi", "ROI per channel with 90 % ranges."),
        "curve": ("mixline.cli.reading", "curve", "Response curve of a channel."),
        "contributions": ("mixline.cli.reading", "contributions", "Contribution per date and term."),
        "checks": ("mixline.cli.reading", "checks", "What to know before trusting the model."),
        "plan": ("mixline.cli.plan", "plan", "The best plan for a budget, an outcome or a return."),
        "report": (
            "mixline.cli.report",
            "report",
            "A report as HTML, PDF or PNG: one page, or five for people outside.",
        ),
        "export": ("mixline.cli.exchange", "export", "Write a model in the form of Robyn."),
        "import-robyn": ("mixline.cli.exchange", "import_robyn", "Make a model of one that Robyn exported."),
        "simulate": ("mixline.cli.mmm", "simulate", "Write a simulated world with its truth."),
    },
)
def mmm() -> None:
    """Marketing mix models.

    \b
    Example:
      mixline mmm init --data weekly.csv --out spec.yaml
      mixline mmm fit --data weekly.csv --spec spec.yaml --out model
      mixline mmm roi --model model --json
    """


@click.command()
@data_option
@click.option("--goal", default=None, help="Column to explain, where the suggested one is not yours.")
@click.option("--kind", type=click.Choice(["revenue", "conversions"]), default="revenue", show_default=True)
@click.option("--currency", default="", help="ISO code of the account currency, such as EUR.")
@click.option("--country", default="", help="Two-letter code of the country whose holidays count.")
@click.option("--segment", default="", help="Value of the segment column (a country, a brand) to model.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="YAML file to write.")
@json_option
def init(
    data: Path, goal: str | None, kind: str, currency: str, country: str, segment: str, out: Path, as_json: bool
) -> None:
    """Draft a specification from a table's columns, and print what each column was taken for.

    \b
    Example:
      mixline mmm init --data weekly.csv --goal revenue --currency EUR --country DE --out spec.yaml
    """
    from mixline.data.mapping import choices_from, draft_spec
    from mixline.data.quality import require_usable
    from mixline.data.roles import suggest_columns
    from mixline.mmm.recipes.document import write_yaml

    frame = read_data(data, load_settings().upload_limit_mb)
    suggestions = suggest_columns(frame)
    choices = choices_from(suggestions)
    if goal is not None:
        if goal not in [s.name for s in suggestions]:
            raise InputError(
                "there is no such column", where=data.name, got=goal, expected="one of " + ", ".join(frame.columns[:20])
            )
        others = [c.model_copy(update={"role": "ignore"}) if c.role == "goal" else c for c in choices]
        choices = [c.model_copy(update={"role": "goal"}) if c.name == goal else c for c in others]
    require_usable(frame, choices)
    spec = draft_spec(
        frame,
        choices,
        goal_kind="conversions" if kind == "conversions" else "revenue",
        currency=currency.upper(),
        holiday_country=country.upper(),
        segment_value=segment,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(write_yaml(spec), encoding="utf-8")
    roles = {c.name: c.role for c in choices}
    if as_json:
        print_json(
            {"out": str(out), "specification_id": spec.id, "columns": [s.model_dump(mode="json") for s in suggestions]}
        )
        return
    print_table(
        f"{data.name}: {len(frame):,} rows, what each column was taken for",
        ["Column", "Role", "Channel", "Sure", "Why"],
        [[s.name, roles[s.name], s.channel, s.confidence, s.reason] for s in suggestions],
        text_columns=-1,
    )
    click.echo(f"Wrote {out}. Change what is not right, then: mixline mmm fit --data {data} --spec {out} --out model")


@click.command()
@data_option
@click.option("--spec", "spec_path", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write the model to.")
@click.option(
    "--trials", type=click.IntRange(1, 100), default=None, help="Independent searches; default from the spec."
)
@click.option("--iterations", type=click.IntRange(1, 100_000), default=None, help="Candidates per trial.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=None, help="Seed; the same seed gives the same model."
)
@click.option("--jobs", type=click.IntRange(0, 256), default=0, help="Processes; 0 is one per core.")
@json_option
def fit(
    data: Path,
    spec_path: Path,
    out: Path,
    trials: int | None,
    iterations: int | None,
    seed: int | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Fit a model and write its folder (JSON and Parquet).

    \b
    Example:
      mixline mmm fit --data weekly.csv --spec spec.yaml --out model --trials 5 --iterations 2000 --seed 1
    """
    import os

    from mixline.mmm.fitting import fit as fit_model
    from mixline.mmm.model_file import write_model

    require_free_folder(out)
    spec = read_spec(spec_path)
    given = {"trials": trials, "iterations": iterations, "seed": seed}
    spec = spec.with_search(**{key: value for key, value in given.items() if value is not None})
    frame = read_data(data, load_settings().upload_limit_mb)
    with show_progress(f"Fitting {data.name}", quiet=as_json) as report:
        model = fit_model(spec, frame, processes=jobs or os.cpu_count() or 1, progress=report)
    write_folder(out, write_model(model))
    if as_json:
        print_json({"out": str(out), "specification_id": spec.id, "metrics": model.metrics, "reason": model.reason})
        return
    from mixline.cli.reading import print_roi

    print_roi(model)
    click.echo(model.reason)
    click.echo(f"Wrote {out}. Next: mixline mmm curve --model {out}, or mixline mmm checks --model {out}")


@click.command()
@click.option("--world", required=True, help="Name of the world; an unknown one lists them.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
@json_option
def simulate(world: str, seed: int, out: Path, as_json: bool) -> None:
    """Write data.csv, spec.yaml and truth.json of a simulated world.

    \b
    Example:
      mixline mmm simulate --world realistic --seed 7 --out world
    """
    from mixline.mmm.recipes.document import write_yaml
    from mixline.mmm.simulation.simulate import simulate as simulate_world

    made = simulate_world(world, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "data.csv").write_text(made.frame.to_csv(index=False, date_format="%Y-%m-%d"), encoding="utf-8")
    (out / "spec.yaml").write_text(write_yaml(made.spec), encoding="utf-8")
    truth = made.truth.to_dict()
    (out / "truth.json").write_text(json.dumps(truth, indent=1, allow_nan=False), encoding="utf-8")
    if as_json:
        print_json({"out": str(out), "rows": len(made.frame), "files": ["data.csv", "spec.yaml", "truth.json"]})
        return
    click.echo(
        f"Wrote {out}: {format_number(len(made.frame))} rows of the world {world}, its specification and its truth."
    )
