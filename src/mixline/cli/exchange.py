"""`mixline mmm export` and `mixline mmm import-robyn`: models in the files of another tool."""

from __future__ import annotations

from pathlib import Path

import click

from mixline.cli.files import load_model, read_data, require_free_folder, write_folder
from mixline.cli.mmm import json_option, model_option
from mixline.cli.output import print_json
from mixline.errors import ConflictError, TooLargeError
from mixline.settings import load_settings

EXPORTED = "model_summary.json"  # the file that marks a folder as an earlier export
table_type = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@model_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@click.option("--format", "form", type=click.Choice(["robyn"]), default="robyn", show_default=True)
@json_option
def export(folder: Path, out: Path, form: str, as_json: bool) -> None:
    """Write a model in the form of Robyn: its JSON, a summary, and the Pareto tables as CSV and Parquet.

    \b
    Example:
      mixline mmm export --model model --out robyn --format robyn
    """
    from mixline.mmm.robyn.export import export_robyn

    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / EXPORTED).exists())):
        raise ConflictError(
            "the output folder holds other files",
            where=str(out),
            expected="a new or empty folder, or an earlier export",
            action="Name another folder with --out.",
        )
    files = export_robyn(load_model(folder))
    write_folder(out, files)
    if as_json:
        print_json({"out": str(out), "format": form, "files": {name: len(content) for name, content in files.items()}})
        return
    click.echo(f"Wrote {out}: {', '.join(files)}")


@click.command()
@click.option("--robyn", "source", required=True, type=table_type, help="RobynModel-<id>.json.")
@click.option(
    "--data", type=table_type, default=None, help="Its raw data (CSV or Parquet). Default: the copy in the JSON."
)
@click.option("--decomposition", type=table_type, default=None, help="Robyn's pareto_alldecomp_matrix.csv.")
@click.option("--holidays", type=table_type, default=None, help="Table with the columns ds, holiday and country.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write the model to.")
@json_option
def import_robyn(
    source: Path, data: Path | None, decomposition: Path | None, holidays: Path | None, out: Path, as_json: bool
) -> None:
    """Make a model folder of a model that Robyn exported, and say what could not be carried over.

    \b
    Example:
      mixline mmm import-robyn --robyn RobynModel-1_92_12.json --data weekly.csv --out model
      mixline mmm import-robyn --robyn RobynModel-1_92_12.json --decomposition pareto_alldecomp_matrix.csv --out model
    """
    from mixline.mmm.model_file import write_model
    from mixline.mmm.robyn.document import LARGEST_FILE
    from mixline.mmm.robyn.model_import import import_robyn as read_robyn

    require_free_folder(out)
    if source.stat().st_size > LARGEST_FILE:
        raise TooLargeError(
            "the file is too large",
            where=source.name,
            got=f"{source.stat().st_size / 1e6:,.0f} MB",
            expected=f"at most {LARGEST_FILE / 1e6:,.0f} MB",
        )
    limit = load_settings().upload_limit_mb
    frame, matrix, days = (None if path is None else read_data(path, limit) for path in (data, decomposition, holidays))
    imported = read_robyn(source.read_bytes(), frame, decomposition=matrix, holidays=days)
    write_folder(out, write_model(imported.model))
    if as_json:
        print_json(
            {
                "out": str(out),
                "specification_id": imported.model.spec.id,
                "metrics": imported.model.metrics,
                "findings": [
                    {"code": f.code, "severity": f.severity, "title": f.title, "detail": f.detail, "action": f.action}
                    for f in imported.findings
                ],
            }
        )
        return
    from mixline.cli.reading import print_roi

    print_roi(imported.model)
    for finding in imported.findings:
        click.echo(f"{finding.severity}: {finding.title}. {finding.detail} {finding.action}")
    click.echo(f"Wrote {out}. Next: mixline mmm curve --model {out}, or mixline mmm checks --model {out}")
