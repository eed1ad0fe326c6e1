"""Many runs from a CSV file: a template to fill in, a preview that says what each row is, and the launch of the right ones."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError

from mixline.errors import BusyError, DataError, MixlineError, NotFoundError, TooLargeError
from mixline.messages import (
    BatchPreview,
    BatchRequest,
    BatchResult,
    BatchRow,
    Preset,
    RunRequest,
    RunTag,
    SpecificationProblem,
)
from mixline.services.context import Services
from mixline.services.datasets import load_frame
from mixline.services.drafts import carry_over, draft_of
from mixline.services.estimates import Measured, add_up, estimate_cost, read_measured
from mixline.services.identities import run_id_of
from mixline.services.runs import launch_run
from mixline.services.specification_checks import count_candidates, find_problems, plan_run
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    from mixline.mmm.specification import ModelSpec

COLUMNS = (
    "dataset", "version", "segment", "preset", "trials", "iterations", "seed", "window_start", "window_end", "settings",
    "tags",
)  # fmt: skip
REQUIRED = "dataset"
MOST_ROWS = 100  # as many as the queue takes by default
TEMPLATE_DATASETS = 3


@dataclass(frozen=True)
class Planned:
    """A row of the file that is a run: where it goes, what it asks, and what it is known as."""

    row: BatchRow
    dataset: Dataset | None = None
    spec: ModelSpec | None = None
    tags: tuple[RunTag, ...] = ()


def write_template(services: Services) -> str:
    """A CSV file with the columns and a row per segment of the newest datasets, ready to be changed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    seen: set[str] = set()
    for row in services.datasets.list_datasets(limit=20):
        if row.name in seen or len(seen) == TEMPLATE_DATASETS:
            continue
        seen.add(row.name)
        for segment in row.view["segments"] or [""]:
            writer.writerow([row.name, row.version, segment, "standard", "", "", 123, "", "", "", ""])
    return text.getvalue()


def preview_batch(services: Services, request: BatchRequest) -> BatchPreview:
    """What each row is; nothing is stored.

    Raises:
        DataError: the text is not a table with the template's columns. TooLargeError: too many rows.
    """
    rows = [planned.row for planned in plan_batch(services, request)]
    takes = [row.takes for row in rows if row.state == "ready" and row.takes]
    return BatchPreview(
        rows=rows,
        ready=sum(row.state == "ready" for row in rows),
        takes=add_up(takes, services.settings.core_hour_currency),
    )


def launch_batch(services: Services, request: BatchRequest, *, person: str = "") -> BatchResult:
    """Launch the rows that are ready. A queue that is full in the middle keeps what was launched before.

    Raises:
        DataError, TooLargeError: see `preview_batch`. BusyError: the queue is full, nothing was launched.
    """
    planned = plan_batch(services, request)
    launched: list[str] = []
    for one in planned:
        if one.spec is None or one.dataset is None or one.row.state != "ready":
            continue
        wanted = RunRequest(
            dataset_id=one.dataset.id, specification=one.spec.to_dict(), tags=list(one.tags), again=request.again
        )
        try:
            launched.append(launch_run(services, wanted, person=person).id)
        except BusyError:
            if not launched:
                raise
            break
    return BatchResult(launched=launched, left_out=len(planned) - len(launched))


def plan_batch(services: Services, request: BatchRequest) -> list[Planned]:
    """Every row with its state, in the order of the file."""
    measured = read_measured(services)
    planned: list[Planned] = []
    first_of: dict[str, int] = {}
    for line, cells in read_rows(request.content):
        one = _plan(services, line, cells, measured, again=request.again)
        run_id = one.row.run_id
        if run_id and run_id in first_of:
            changes = {"state": "same", "same_as": first_of[run_id]}
            one = replace(one, row=one.row.model_copy(update=changes))
        elif run_id:
            first_of[run_id] = line
        planned.append(one)
    return planned


def read_rows(content: str) -> list[tuple[int, dict[str, str]]]:
    """Line numbers and filled-in cells. A comma or a semicolon separates. Raises DataError, TooLargeError."""
    content = content.removeprefix("\ufeff").replace("\0", "")
    header = content.partition("\n")[0]
    reader = csv.reader(io.StringIO(content), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise DataError("the file is not a table", where=f"line {reader.line_num}", got=str(error)) from None
    names = [name.casefold() for name in lines[0][1]] if lines else []
    unknown = [name for name in names if name not in COLUMNS]
    if REQUIRED not in names or unknown or len(set(names)) != len(names):
        raise DataError(
            "the columns are not those of a batch",
            where="line 1",
            got=", ".join(names)[:200] or "nothing",
            expected=", ".join(COLUMNS),
            action="Download the template and fill it in; columns may be left out, except dataset.",
        )
    rows = [(line, cells) for line, cells in lines[1:] if any(cells)]
    if not rows:
        raise DataError("the file has no rows", expected="a row for each run", action="Fill in the template.")
    if len(rows) > MOST_ROWS:
        raise TooLargeError(
            "the file has too many rows", got=f"{len(rows)} rows", expected=f"at most {MOST_ROWS}", action="Split it."
        )
    return [(line, {name: cell for name, cell in zip(names, cells, strict=False) if cell}) for line, cells in rows]


def _plan(services: Services, line: int, cells: Mapping[str, str], measured: list[Measured], *, again: bool) -> Planned:
    wrong = BatchRow(
        line=line, state="wrong", dataset=cells.get("dataset", ""), segment=cells.get("segment", ""), size=""
    )
    try:
        dataset = _find_dataset(services, cells)
        spec = _compose(services, dataset, cells)
        tags = read_tags(cells.get("tags", ""))
        frame = load_frame(services, dataset)
        problems, _ = find_problems(dataset.id, frame, spec.to_dict())
    except MixlineError as error:
        return Planned(wrong.model_copy(update={"problems": [_name_column(error.sentence)]}))
    row = wrong.model_copy(
        update={
            "dataset": f"{dataset.name} v{dataset.version}",
            "segment": spec.segment_value,
            "size": f"{spec.search.trials} × {spec.search.iterations:,}, seed {spec.search.seed}",
            "problems": [_say(problem) for problem in problems],
        }
    )
    if problems:
        return Planned(row)
    plan = plan_run(services, dataset, spec, spec.segment_value)
    there = plan.state in {"queued", "running"} or (plan.state == "succeeded" and not again)
    takes = estimate_cost(services, measured, dataset.id, count_candidates(spec))
    row = row.model_copy(
        update={
            "state": "known" if there else "ready",
            "run_id": plan.run_id or run_id_of(dataset.id, spec.id),
            "takes": takes,
        }
    )
    return Planned(row, dataset, spec, tuple(tags))


def _say(problem: SpecificationProblem) -> str:
    """A problem of a row, with the column of the file it is in."""
    wanted = f"; expected {problem.expected}" if problem.expected else ""
    place = f"{problem.path}: " if problem.path else ""
    sentence = f"{place}{problem.sentence.rstrip('.')}{wanted}. {problem.action}".strip()
    return _name_column(sentence)


def _name_column(sentence: str) -> str:
    """The engine names the field of a specification; the file has a column for it."""
    return re.sub(r"^search\.(?=trials|iterations|seed)", "", sentence)


def _find_dataset(services: Services, cells: Mapping[str, str]) -> Dataset:
    name = cells.get("dataset", "")
    version = _whole(cells, "version")
    found = services.datasets.list_datasets(name=name, limit=500)
    chosen = next((row for row in found if version in (None, row.version)), None)
    if chosen is None:
        known = ", ".join(f"v{row.version}" for row in found[:12])
        raise NotFoundError(
            "there is no such version of this dataset" if found else "there is no dataset of this name",
            where="dataset",
            got=name if not found else f"{name} v{version}",
            expected=known or "a name from the Data page",
        )
    return chosen


def _compose(services: Services, dataset: Dataset, cells: Mapping[str, str]) -> ModelSpec:
    from mixline.mmm.recipes.presets import apply_preset

    spec = draft_of(services, dataset, cells.get("segment", ""))
    if "settings" in cells:
        try:
            kept = services.saved_settings.find_name(cells["settings"])
        except NotFoundError:
            known = ", ".join(one.name for one in services.saved_settings.list_settings()[:12])
            raise NotFoundError(
                "there are no saved settings of this name",
                where="settings",
                got=cells["settings"],
                expected=f"one of {known}" if known else "nothing, as none are saved yet",
            ) from None
        spec, _ = carry_over(kept.document, spec, dataset)
    preset = cells.get("preset", "").casefold()
    if preset or "settings" not in cells:
        spec = apply_preset(spec, preset or get_args(Preset)[1])
    sizes = {name: _whole(cells, name) for name in ("trials", "iterations", "seed")}
    spec = spec.with_search(**{name: value for name, value in sizes.items() if value is not None})
    start, end = _day(cells, "window_start"), _day(cells, "window_end")
    return replace(spec, window_start=start or spec.window_start, window_end=end or spec.window_end)


def read_tags(text: str) -> list[RunTag]:
    """From "week=32; final". Raises DataError."""
    tags = []
    for part in filter(None, (part.strip() for part in re.split(r"[;,|]", text))):
        name, sign, number = (piece.strip() for piece in part.partition("="))
        try:
            tags.append(RunTag(name=name, value=float(number) if sign else None))
        except (ValueError, ValidationError):
            raise DataError(
                "this is no tag", where="tags", got=part, expected='names with or without a number: "week=32; final"'
            ) from None
    return tags


def _whole(cells: Mapping[str, str], name: str) -> int | None:
    if name not in cells:
        return None
    text = cells[name].removeprefix("v") if name == "version" else cells[name]
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise DataError("a whole number is needed here", where=name, got=cells[name])
    return int(text)


def _day(cells: Mapping[str, str], name: str) -> date | None:
    if name not in cells:
        return None
    try:
        return date.fromisoformat(cells[name])
    except ValueError:
        raise DataError(
            "a day is needed here", where=name, got=cells[name], expected="a date such as 2024-01-31"
        ) from None
