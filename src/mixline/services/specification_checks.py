"""What the engine says of a specification before anybody launches it: every problem with its field, time, cost and twins."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from mixline.errors import MixlineError
from mixline.jobs.contract import JobState
from mixline.messages import RunPlan, SpecificationCheck, SpecificationProblem, SpecificationRequest
from mixline.services.context import Services
from mixline.services.datasets import load_frame
from mixline.services.drafts import carry_to_segment
from mixline.services.estimates import Measured, estimate_cost, price, read_measured
from mixline.services.identities import run_id_of
from mixline.services.plausibility import check_plausible
from mixline.services.problem_paths import Pruned
from mixline.state.datasets import Dataset

if TYPE_CHECKING:
    import pandas as pd

    from mixline.mmm.search.result import Prepared
    from mixline.mmm.specification import ModelSpec

PROBLEMS_SHOWN = 12
CHECKS_KEPT = 64
_kept: OrderedDict[tuple[str, str], list[str]] = OrderedDict()
_kept_lock = Lock()


def check_specification(services: Services, request: SpecificationRequest) -> SpecificationCheck:
    """Read and prepare a specification as a fit would, for each segment asked for. Nothing is stored.

    Raises:
        NotFoundError: no such dataset.
    """
    from mixline.mmm.recipes.document import read_document

    dataset = services.datasets.get(request.dataset_id)
    frame = load_frame(services, dataset)
    problems, spec = find_problems(dataset.id, frame, request.specification)
    own = problems
    plans: list[RunPlan] = []
    notes: list[str] = []
    candidates = count_candidates(spec) if spec else 0
    for segment in request.segments or [str(request.specification.get("segment_value") or "")]:
        if not spec:
            break
        try:
            there, changes = carry_to_segment(services, dataset, spec, segment)
            found = own if there is spec else find_problems(dataset.id, frame, there.to_dict())[0]
        except MixlineError as error:
            found = [_problem(error, "segment_value")]
            there, changes = spec, []
        if there is not spec:
            problems = problems + [problem.model_copy(update={"segment": segment}) for problem in found]
            notes += [f"{segment}: {line}" for line in changes]
        if not found:
            plans.append(plan_run(services, dataset, read_document(there.to_dict()), segment))
            notes += [line for line in notes_of(dataset.id, there) if line not in notes]
    measured = read_measured(services)
    return SpecificationCheck(
        ok=not problems and spec is not None,
        problems=problems[:PROBLEMS_SHOWN],
        notes=notes,
        runs=plans,
        takes=estimate_cost(services, measured, dataset.id, candidates, count=max(len(plans), 1)),
        cost_per_thousand=_per_thousand(services, measured, dataset.id, candidates),
    )


def find_problems(
    dataset_id: str, frame: pd.DataFrame, document: Mapping[str, Any]
) -> tuple[list[SpecificationProblem], ModelSpec | None]:
    """Everything the engine finds wrong with a document, and the specification when there is nothing."""
    pruned = Pruned(document)
    problems: list[SpecificationProblem] = []
    tried: set[str] = set()
    while len(problems) < PROBLEMS_SHOWN:
        try:
            spec = _accept(dataset_id, frame, pruned.document)
        except MixlineError as error:
            path = pruned.locate(error)
            spurious = bool(problems) and path in {*pruned.emptied, ""} and not error.got
            place = pruned.original(path)
            # What was taken out for being wrong is then missing: that is no second problem.
            if not spurious and not (place and place in {problem.path for problem in problems}):
                problems.append(_problem(error, place))
            again = path in tried
            tried.add(path)
            # An entry whose one field cannot be left out goes as a whole at the second try.
            entry = again or error.where.startswith(("channel ", "column ", "study "))
            if spurious or not pruned.drop(path, whole_entry=entry):
                break
        else:
            return problems, None if problems else spec
    unique = {(problem.path, problem.sentence): problem for problem in problems}
    return list(unique.values()), None


def notes_of(dataset_id: str, spec: ModelSpec) -> list[str]:
    """What the engine remarks while it prepares a specification that is right. Nothing else is kept of the preparation."""
    key = (dataset_id, _data_part(spec))
    with _kept_lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    return []


def count_candidates(spec: ModelSpec) -> int:
    """Candidates of the search and of the back-test's smaller ones."""
    search, folds = spec.search, spec.validation.folds
    if not folds:
        return search.trials * search.iterations
    from mixline.mmm.backtest.forecasts import ITERATIONS, TRIALS

    return search.trials * search.iterations + folds * min(search.trials, TRIALS) * min(search.iterations, ITERATIONS)


def plan_run(services: Services, dataset: Dataset, spec: ModelSpec, segment: str) -> RunPlan:
    """The run this would be, and the state of the one there is already."""
    from mixline.errors import NotFoundError

    run_id = run_id_of(dataset.id, spec.id)
    state: JobState | None = None
    try:
        state = services.queue.get(run_id).state
    except NotFoundError:
        return RunPlan(segment=segment, specification_id=spec.id)
    return RunPlan(segment=segment, specification_id=spec.id, run_id=run_id, state=state)


def _accept(dataset_id: str, frame: pd.DataFrame, document: Mapping[str, Any]) -> ModelSpec:
    """The engine's own reading and preparing; a search of another size prepares the same, so that is asked once."""
    from mixline.errors import SpecificationError
    from mixline.mmm.calibration.studies import check_studies
    from mixline.mmm.inputs.features import prepare
    from mixline.mmm.recipes.document import read_document

    spec = read_document(document)
    check_plausible(spec)
    key = (dataset_id, _data_part(spec))
    with _kept_lock:
        if key in _kept:
            return spec
    prepared: Prepared = prepare(replace(spec, studies=()), frame)
    for place, study in enumerate(spec.studies):  # one by one, so that each problem has its place
        try:
            one = replace(spec, studies=(study,))
            check_studies(one, prepared.dates, prepared.window, prepared.interval, prepared.media)
        except SpecificationError as error:
            raise SpecificationError(
                error.what,
                where=f"studies[{place}]",
                got=error.got,
                expected=error.expected,
                action=error.action,
            ) from error
    if spec.studies:
        prepared = prepare(spec, frame)
    with _kept_lock:
        _kept[key] = list(prepared.notes)
        while len(_kept) > CHECKS_KEPT:
            _kept.popitem(last=False)
    return spec


def _data_part(spec: ModelSpec) -> str:
    """What of a specification its preparation depends on: all but the search."""
    from mixline.mmm.specification import Search

    return spec.with_search(**vars(Search())).id


def _problem(error: MixlineError, path: str) -> SpecificationProblem:
    what = error.what[:1].upper() + error.what[1:]
    got = f"; got {_unquoted(error.got) or 'nothing'}" if error.got is not None else ""
    return SpecificationProblem(path=path, sentence=f"{what}{got}.", expected=error.expected, action=error.action)


def _per_thousand(services: Services, measured: list[Measured], dataset_id: str, candidates: int) -> float | None:
    takes = estimate_cost(services, measured, dataset_id, max(candidates, 1))
    each = price(services.settings, takes.core_seconds)
    return None if each is None else each / max(candidates, 1) * 1000.0


def _unquoted(text: str) -> str:
    """A value as it was typed: the engine quotes it anew each time an error passes through."""
    while len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return text
