"""What Robyn's settings are called in a `ModelSpec`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from mixline.errors import SpecificationError
from mixline.mmm.robyn.document import RobynDocument, Variable
from mixline.mmm.specification import (
    COMPONENTS,
    Component,
    Context,
    Goal,
    GoalKind,
    InterceptRule,
    Media,
    ModelSpec,
    Range,
    Search,
    Sign,
    Study,
    Validation,
)
from mixline.mmm.transforms.adstock import adstock_named

FORMS = {"geometric": "geometric", "weibull": "weibull_cdf", "weibull_cdf": "weibull_cdf", "weibull_pdf": "weibull_pdf"}
SIGNS: dict[str, Sign] = {"positive": "positive", "negative": "negative", "default": "either"}
GOALS: dict[str, GoalKind] = {"revenue": "revenue", "conversion": "conversions"}


@dataclass(frozen=True)
class TermNames:
    """Robyn's variable by Mixline's name: of media, and of other terms."""

    variable: dict[str, str]
    other: dict[str, str]


def term_names(document: RobynDocument) -> TermNames:
    """Names on both sides. They differ only where Mixline wrote the file and put its own names beside Robyn's."""
    media = {_note(document, v.name, "name", v.name): v.name for v in (*document.paid, *document.organic)}
    other = {name: name for name in document.components}
    other |= {_note(document, v.name, "name", v.name): v.name for v in document.context}
    return TermNames(media, other)


def form_of(document: RobynDocument, variable: str) -> str:
    """Adstock of a variable. Robyn has one for all; a file of Mixline may name one for each."""
    named = _note(document, variable, "adstock", document.adstock[0] if document.adstock else "")
    if named not in FORMS:
        raise SpecificationError(
            "unknown adstock", where="Robyn model, InputCollect.adstock", got=named, expected=", ".join(FORMS)
        )
    return FORMS[named]


def spec_of(document: RobynDocument, window_end: date) -> ModelSpec:
    """The specification of a Robyn model.

    Raises:
        SpecificationError: an unknown adstock, component or kind of outcome; ranges or names that no model can have.
    """
    unknown = [c for c in document.components if c not in COMPONENTS]
    if unknown or document.kind not in GOALS:
        raise SpecificationError(
            "a setting is unknown", where="Robyn model, InputCollect", got=", ".join(unknown) or document.kind
        )
    components: tuple[Component, ...] = tuple(c for c in COMPONENTS if c in document.components)
    strays = [f for f in document.factors if f not in {v.name for v in document.context}]
    if strays:
        raise SpecificationError(
            "a factor is not among the context variables", where="Robyn model, InputCollect.factor_vars", got=strays
        )
    rule: InterceptRule = "non_negative" if document.intercept_sign == "non_negative" else "free"
    train = document.bounds.get("train_size", (1.0, 1.0))
    if "train_size" in document.values and train[0] > document.values["train_size"]:
        train = (document.values["train_size"],) * 2
    return ModelSpec(
        goal=Goal(
            document.outcome,
            GOALS[document.kind],
            label=_note(document, document.outcome, "label", ""),
            currency=_note(document, document.outcome, "currency", ""),
        ),
        date_column=document.date_column,
        media=tuple(_media(document, v) for v in (*document.paid, *document.organic)),
        context=tuple(
            Context(
                name=_note(document, v.name, "name", v.name),
                column=v.name,
                sign=SIGNS[v.sign],
                factor=v.name in document.factors,
                label=_note(document, v.name, "label", ""),
            )
            for v in document.context
        ),
        components=components,
        holiday_country=document.country if "holiday" in components else "",
        window_start=document.window_start,
        window_end=window_end,
        intercept=rule if document.intercept else "none",
        penalty_factors=document.penalty_factors,
        validation=Validation(Range(*train), leaking=_leaking(document)) if document.split else Validation(),
        search=Search(trials=document.trials, iterations=document.iterations, seed=document.seed),
        studies=_studies(document),
    )


def _media(document: RobynDocument, variable: Variable) -> Media:
    form = form_of(document, variable.name)
    parameters = (*adstock_named(form).parameters, "alpha", "gamma")
    given = {p: document.bounds.get(f"{variable.name}_{p}s") for p in parameters}
    return Media(
        name=_note(document, variable.name, "name", variable.name),
        spend=variable.spend,
        exposure=None if variable.spend == variable.name else variable.name,
        kind=_note(document, variable.name, "kind", "other"),
        adstock=form,
        sign=SIGNS[variable.sign],
        label=_note(document, variable.name, "label", ""),
        ranges={p: Range(*ends) for p, ends in given.items() if ends is not None},
    )


def _studies(document: RobynDocument) -> tuple[Study, ...]:
    """Lift studies; Robyn names their channels by spend or by exposure column."""
    names = {v.spend: v.name for v in document.paid} | {v.name: v.name for v in (*document.paid, *document.organic)}
    found = []
    for lift in document.lifts:
        unknown = [c for c in lift.channels if c not in names]
        if unknown:
            raise SpecificationError(
                "a study is about an unknown channel", where="Robyn model, calibration_input", got=", ".join(unknown)
            )
        scope = lift.scope.lower()
        if scope not in ("immediate", "total"):
            raise SpecificationError(
                "the scope of a study is unknown",
                where="Robyn model, calibration_input",
                got=lift.scope,
                expected="immediate or total",
            )
        channels = tuple(_note(document, names[c], "name", names[c]) for c in lift.channels)
        found.append(
            Study(
                channels,
                lift.start,
                lift.end,
                lift.effect,
                lift.spend,
                lift.confidence,
                "immediate" if scope == "immediate" else "total",
            )
        )
    return tuple(found)


def _leaking(document: RobynDocument) -> bool:
    return document.mixline.get("leaking") is not False


def _note(document: RobynDocument, variable: str, key: str, default: str) -> str:
    """What Mixline wrote beside a variable of Robyn."""
    notes: Any = document.mixline.get("names")
    own = notes.get(variable) if isinstance(notes, dict) else None
    value = own.get(key) if isinstance(own, dict) else None
    return value if isinstance(value, str) and 0 < len(value) <= 200 else default
