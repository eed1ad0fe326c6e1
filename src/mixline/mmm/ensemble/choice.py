"""Another candidate than the search's, chosen by a person.

The model keeps enough of every candidate to fit it again: its carry-over, saturation, ridge weight and fitted rows. The new
model stands on the chosen candidate alone. Its draws are refits of it to resampled residuals (`mixline.mmm.ensemble.draws`), so
their mean is the candidate and the ranges hold if its carry-over and saturation are right; which candidate is right is what
the person answered, and that doubt is no longer in the ranges. A check says so.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from mixline.errors import ConflictError, InputError, NotFoundError
from mixline.mmm.ensemble.candidate_table import PERSON, PersonsChoice, candidate_error, chosen_row, read_choice
from mixline.mmm.model import Draws, MixModel
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.transforms.ridge import LIMITS_OF_SIGN

LONGEST_NOTE = 500  # characters


def choose_candidate(model: MixModel, row: int, note: str, *, root: str = "") -> MixModel:
    """The model that stands on another candidate. The same row and note give the same model, bit by bit.

    Args:
        row: of `MixModel.candidates`. note: why, in the person's words; it becomes part of the model's reason.
        root: id of `model`, kept so that the search's own model can be found from the new one.

    Raises:
        NotFoundError: no such candidate. InputError: the note is empty or too long.
        ConflictError: the candidate is the one shown already, or the model was saved before candidates could be fitted again.
    """
    note = " ".join(note.split())
    if not note or len(note) > LONGEST_NOTE:
        raise InputError(
            "a choice needs its reason", where="note", got=f"{len(note)} characters",
            expected=f"1 to {LONGEST_NOTE} characters", action="Say in a sentence why this candidate is the better one.",
        )  # fmt: skip
    return _stand_on(model, row, note, root)


def preview_candidate(model: MixModel, row: int, *, root: str = "") -> MixModel:
    """What `choose_candidate` would give, to look at: the same numbers, and a reason that says that nobody chose it.

    Raises: as `choose_candidate`.
    """
    return _stand_on(model, row, "", root)


def _stand_on(model: MixModel, row: int, note: str, root: str) -> MixModel:
    from mixline.mmm.ensemble.draws import Ensemble, build_draws
    from mixline.mmm.fitting import candidate_metrics

    count = len(model.candidates["trial"])
    if not 0 <= row < count:
        raise NotFoundError("the model has no such candidate", where="candidate", got=row, expected=f"0 to {count - 1}")
    if row == chosen_row(model):
        raise ConflictError(
            "this candidate is the chosen one already", where="candidate", got=row, action="Pick another one."
        )
    before = read_choice(model) or PersonsChoice("", chosen_row(model), model.reason, root)
    prepared = prepared_of(model)
    candidate = refit(model, prepared, row)
    if not np.isfinite(candidate.nrmse[0]):
        raise ConflictError("this candidate does not fit the data", where="candidate", got=row)
    draws = build_draws(prepared, candidate, 0, model.spec.search.seed, Ensemble(members=1))
    draws = Draws(**{**vars(draws), "candidate": np.full(len(draws), row, dtype=np.int64)})
    for value in vars(draws).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return replace(
        model,
        series=replace(model.series, train=int(candidate.train[0])),
        draws=draws,
        metrics=candidate_metrics(prepared, candidate, 0),
        reason=_reason(model, row, before.search_row, note),
        facts={**model.facts, PERSON: asdict(replace(before, note=note))},
    )


def refit(model: MixModel, prepared: Prepared, row: int) -> Candidates:
    """One candidate of the model's table, fitted again: every parameter that the table leaves out.

    Raises:
        ConflictError: the table lacks what the fit needs.
    """
    from mixline.mmm.search.candidate_space import Points, evaluate
    from mixline.mmm.transforms.losses import split_rows

    table = model.candidates

    def at(column: str) -> float:
        if column not in table:
            raise ConflictError(
                "the model was saved without what is needed to fit its candidates again", where=f"column {column}",
                action="Launch the run again; the new model has it.",
            )  # fmt: skip
        return float(table[column][row])

    names, width = model.media_names, len(prepared.low)
    train, rows = int(at("train")), prepared.window_rows
    # The middle of the shares that give this number of rows, as in `mixline.mmm.ensemble.plausible.encode`.
    share = 1.0 if train >= rows else (train - 0.5) / max(rows - 1, 1)
    searched = model.spec.penalty_factors
    points = Points(
        adstock=np.array([[[at(f"{n}:first"), at(f"{n}:second")] for n in names]]),
        alpha=np.array([[at(f"{n}:alpha") for n in names]]),
        gamma=np.array([[at(f"{n}:gamma") for n in names]]),
        ridge=np.array([at("ridge")]),
        penalty=np.array([[at(f"penalty:{j}") for j in range(width)]]) if searched else np.ones((1, width)),
        train=np.array([train], dtype=np.int64),
        ends=np.array([[split_rows(rows, share)[1], rows]], dtype=np.int64),
    )
    found = evaluate(prepared, points)
    # The table knows the errors to the row; the share of training, from which the ends of the slices came, it does not.
    losses = {name: np.array([at(name)]) for name in ("nrmse", "nrmse_validation", "nrmse_test", "rssd")}
    trial, iteration = (np.array([int(at(name))], dtype=np.int64) for name in ("trial", "iteration"))
    return replace(found, trial=trial, iteration=iteration, **losses)


def prepared_of(model: MixModel) -> Prepared:
    """The data a model was searched on, from the model itself: no data set needed, and no other preparation possible."""
    spec, series = model.spec, model.series
    limits = [_limits(model, k) for k in range(len(model.other_names))]
    limits += [LIMITS_OF_SIGN[medium.sign] for medium in spec.ordered_media]
    lowest, highest = model.facts.get("lambda_range", (0.0, 0.0))
    costs: dict[str, Any] = model.facts.get("cost_per_exposure", {})
    return Prepared(
        spec=spec,
        interval=model.interval,
        dates=series.dates,
        outcome=series.outcome,
        spend=series.spend,
        media=series.media,
        other=series.other,
        window=series.window,
        media_names=model.media_names,
        other_names=model.other_names,
        other_groups=model.other_groups,
        low=np.array([low for low, _ in limits]),
        high=np.array([high for _, high in limits]),
        ranges=tuple(ranges_for(medium, model.interval) for medium in spec.ordered_media),
        lambdas=(float(lowest), float(highest)),
        cost=np.array([float(costs.get(name, 1.0)) for name in model.paid_names]),
        notes=tuple(model.facts.get("notes", ())),
    )


def _limits(model: MixModel, k: int) -> tuple[float, float]:
    """Limits of an other term's coefficient, as `mixline.mmm.inputs.features` sets them."""
    if model.other_groups[k] == "component":
        return 0.0, np.inf
    name = model.other_names[k]
    for context in model.spec.context:
        if name == context.name or (context.factor and name.startswith(f"{context.name} ")):
            return LIMITS_OF_SIGN[context.sign]
    return -np.inf, np.inf


def _reason(model: MixModel, row: int, search_row: int, note: str) -> str:
    table, error = model.candidates, candidate_error(model)

    def name(place: int) -> str:
        return f"trial {int(table['trial'][place])}, candidate {int(table['iteration'][place]):,}"

    change = error[row] / error[search_row] - 1.0
    against = "the same as" if abs(change) < 0.0005 else f"{abs(change):.1%} {'above' if change > 0 else 'below'}"
    lead = (
        f"A person chose {name(row)}: “{note}”" if note else f"{name(row)}, to look at: nobody chose it.".capitalize()
    )
    return (
        f"{lead} The search had chosen {name(search_row)}; the error of this one is "
        f"{against} that. The ranges hold if its carry-over and saturation are right."
    )
