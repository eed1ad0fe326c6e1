"""`mixline mmm report`: a report of a model folder as one file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mixline.cli.files import load_model
from mixline.cli.output import print_json
from mixline.errors import InputError

if TYPE_CHECKING:
    from dashboard.reports.document import Kind

ENDINGS = ("html", "pdf", "png")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="MODEL_DIR")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--format", "ending", type=click.Choice(ENDINGS), default=None, help="Default: by the ending of --out.")
@click.option(
    "--kind",
    type=click.Choice(["onepage", "measurement"]),
    default="onepage",
    show_default=True,
    help="Eight panels on one page, or five pages for people outside.",
)
@click.option("--candidate", type=click.IntRange(0), default=None, help="A candidate of the search, by its place.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def report(folder: Path, out: Path, ending: str | None, kind: Kind, candidate: int | None, as_json: bool) -> None:
    """Write a report of a model, or of any candidate of its search. HTML needs nothing else; PDF and PNG need Chrome.

    \b
    Example:
      mixline mmm report model --out report.html
      mixline mmm report model --out report.pdf --kind measurement
      mixline mmm report model --out candidate.png --candidate 17
    """
    from mixline.local.services import find_root
    from mixline.services.reports import describe_folder

    form = _choose_format(out, ending)
    model = load_model(folder)
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    documents = describe_folder(model, files, folder.resolve().name, candidate)
    # The figures belong to the dashboard, which stands beside the package in the source tree.
    sys.path.append(str(find_root()))
    from dashboard.reports.composing import compose
    from dashboard.reports.page import write_page
    from dashboard.reports.printing import print_page

    made = compose(documents, kind)
    page = write_page(made)
    content = page.encode() if form == "html" else print_page(page, "pdf" if form == "pdf" else "png")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    if as_json:
        print_json({"out": str(out), "bytes": len(content), "kind": kind, "candidate": candidate, "title": made.title})
        return
    click.echo(f"Wrote {out}: {made.title}, {len(content) / 1_000_000:.1f} MB.")


def _choose_format(out: Path, named: str | None) -> str:
    ending = out.suffix.lstrip(".").lower()
    if named is not None:
        return named
    if ending not in ENDINGS:
        raise InputError(
            "the file's ending does not say what to write",
            where=out.name,
            expected="html, pdf or png",
            action="End the name of --out with one of them, or name it with --format.",
        )
    return ending
