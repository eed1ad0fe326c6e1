"""The JSON that Robyn exports (`RobynModel-<id>.json`), read with suspicion into plain, checked values.

Nothing in the file is trusted: size, nesting, types, finiteness, lengths and names are checked before anything is made of
them. R writes single values as lists of one and missing ones as null or "NA"; both are understood. Structure: Robyn 3.12.1,
`robyn_write`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from mixline.errors import SpecificationError

LARGEST_FILE = 64 * 1024 * 1024  # bytes; ten years of days with 100 columns are about 10 MB
MOST_NAMES = 500
MOST_ROWS = 100_000
ACTION = "Export the model again with robyn_write(), or check that the file is complete."


@dataclass(frozen=True)
class Variable:
    """A modelled column with Robyn's sign ("positive", "negative" or "default"); `spend` for paid media only."""

    name: str
    sign: str
    spend: str | None = None


@dataclass(frozen=True)
class Term:
    """A row of the model's summary: coefficient, and the sum of its contribution over the window."""

    coefficient: float
    total: float
    performance: float | None


@dataclass(frozen=True)
class Lift:
    """A row of calibration_input."""

    channels: tuple[str, ...]
    start: date
    end: date
    effect: float
    spend: float
    confidence: float
    scope: str


@dataclass(frozen=True)
class RobynDocument:
    """What the file says. `extras` is the free part that Robyn passes through."""

    version: str
    model: str
    date_column: str
    outcome: str
    kind: str
    components: tuple[str, ...]
    country: str
    context: tuple[Variable, ...]
    factors: tuple[str, ...]
    paid: tuple[Variable, ...]
    organic: tuple[Variable, ...]
    adstock: tuple[str, ...]
    window_start: date
    window_rows: int
    observations: int
    bounds: dict[str, tuple[float, float]]
    values: dict[str, float]
    terms: dict[str, Term]
    errors: dict[str, float]
    trials: int
    iterations: int
    seed: int
    intercept: bool
    intercept_sign: str
    penalty_factors: bool
    split: bool
    custom_params: tuple[str, ...]
    messages: tuple[str, ...]
    lifts: tuple[Lift, ...]
    raw_data: tuple[dict[str, Any], ...]
    model_input: tuple[dict[str, Any], ...]
    mixline: dict[str, Any]


def read_document(content: bytes) -> RobynDocument:
    """Read the file.

    Raises:
        SpecificationError: it is not JSON, not a model of Robyn, or a part is missing or not what it should be.
    """
    root = _Node(_parse(content), "the file")
    inputs, run, exported = (root.part(name) for name in ("InputCollect", "ModelsCollect", "ExportedModel"))
    extras = root.part("Extras", optional=True)
    spends, variables = inputs.texts("paid_media_spends"), inputs.texts("paid_media_vars")
    if len(spends) != len(variables) or not spends:
        raise _fault("InputCollect.paid_media_vars", "paid media and their spends do not pair up", len(variables))
    signs = _signs(inputs, "paid_media_signs", variables)
    organic, context = inputs.texts("organic_vars"), inputs.texts("context_vars")
    updated = exported.part("hyper_updated", optional=True).value or inputs.part("hyperparameters").value
    return RobynDocument(
        version=inputs.text("version", ""),
        model=exported.text("select_model"),
        date_column=inputs.text("date_var"),
        outcome=inputs.text("dep_var"),
        kind=inputs.text("dep_var_type", "revenue"),
        components=inputs.texts("prophet_vars"),
        country=inputs.text("prophet_country", ""),
        context=_variables(context, _signs(inputs, "context_signs", context)),
        factors=inputs.texts("factor_vars"),
        paid=tuple(Variable(v, s, m) for v, s, m in zip(variables, signs, spends, strict=True)),
        organic=_variables(organic, _signs(inputs, "organic_signs", organic)),
        adstock=inputs.texts("adstock"),
        window_start=inputs.day("window_start"),
        window_rows=inputs.whole("rollingWindowLength"),
        observations=inputs.whole("totalObservations", 0),
        bounds=_bounds(_Node(updated, "ExportedModel.hyper_updated")),
        values=dict(_values(exported.part("hyper_values"))),
        terms=_terms(exported),
        errors=_errors(exported),
        trials=run.whole("trials", 1),
        iterations=run.whole("iterations", 1),
        seed=run.whole("seed", 123),
        intercept=run.flag("intercept", default=True),
        intercept_sign=run.text("intercept_sign", "non_negative"),
        penalty_factors=run.flag("add_penalty_factor", default=False),
        split=run.flag("ts_validation", default=False),
        custom_params=tuple(sorted(_Node(inputs.value.get("custom_params") or {}, "custom_params").names())),
        messages=run.texts("conv_msg"),
        lifts=tuple(_lifts(inputs)),
        raw_data=_rows(extras, "raw_data"),
        model_input=_rows(extras, "dt_mod"),
        mixline=dict(extras.part("mixline", optional=True).value),
    )


@dataclass(frozen=True)
class _Node:
    """A value with its place in the file, for errors that name it."""

    value: Any
    where: str

    def _at(self, name: str) -> str:
        return name if self.where == "the file" else f"{self.where}.{name}"

    def names(self) -> list[str]:
        if isinstance(self.value, dict):
            return [str(name) for name in self.value][:MOST_NAMES]
        return []

    def part(self, name: str, *, optional: bool = False) -> _Node:
        found = self.value.get(name) if isinstance(self.value, dict) else None
        if optional and (found is None or found == []):
            return _Node({}, self._at(name))
        if not isinstance(found, dict):
            raise _fault(self._at(name), "a part of the model is missing or is not an object", found)
        return _Node(found, self._at(name))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A table, whether written by row or by column."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        if found is None or found == [] or found == {}:
            return []
        if isinstance(found, dict):
            columns = {str(k): v if isinstance(v, list) else [v] for k, v in found.items()}
            lengths = {len(v) for v in columns.values()}
            if len(lengths) != 1:
                raise _fault(self._at(name), "the columns differ in length", sorted(lengths))
            found = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise _fault(self._at(name), "a table is not a list of rows", found)
        if len(found) > MOST_ROWS:
            raise _fault(self._at(name), "the table is too long", len(found))
        return found

    def _single(self, name: str) -> Any:
        found = self.value.get(name) if isinstance(self.value, dict) else None
        if isinstance(found, list):
            found = (found[0] if len(found) == 1 else found) if found else None
        return None if found in ("NA", {}) else found

    def text(self, name: str, default: str | None = None) -> str:
        found = self._single(name)
        if found is None and default is not None:
            return default
        if not isinstance(found, str) or not found or len(found) > 200:
            raise _fault(self._at(name), "this must be a text", found)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.value.get(name) if isinstance(self.value, dict) else None
        listed = [] if found is None or found == {} else found if isinstance(found, list) else [found]
        if len(listed) > MOST_NAMES or not all(isinstance(v, str) and 0 < len(v) <= 200 for v in listed):
            raise _fault(self._at(name), "this must be a list of texts", listed)
        return tuple(listed)

    def number(self, name: str, default: float | None = None) -> float:
        found = self._single(name)
        if found is None and default is not None:
            return default
        return _number(found, self._at(name))

    def whole(self, name: str, default: int | None = None) -> int:
        value = self.number(name, default)
        if value != int(value) or not 0 <= value < 2**31:
            raise _fault(self._at(name), "this must be a whole number", value)
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        found = self._single(name)
        if found is None:
            return default
        if not isinstance(found, bool):
            raise _fault(self._at(name), "this must be true or false", found)
        return found

    def day(self, name: str) -> date:
        text = self.text(name)
        try:
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise _fault(self._at(name), "this must be a date like 2024-01-31", text) from error


def _parse(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        raise _fault("the file", "the file is too large", f"{len(content):,} bytes")

    def refuse(constant: str) -> Any:
        raise ValueError(f"the number {constant}")

    try:
        document = json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise _fault("the file", "the file is not JSON", str(error)) from error
    if not isinstance(document, dict):
        raise _fault("the file", "this is not a model of Robyn", type(document).__name__)
    return document


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fault(where, "this must be a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _fault(where, "this must be a finite number", "a number that is too large")
    return number


def _signs(inputs: _Node, name: str, variables: tuple[str, ...]) -> tuple[str, ...]:
    signs = inputs.texts(name)
    if len(signs) == 1:
        signs = signs * len(variables)
    if len(signs) != len(variables) or not set(signs) <= {"positive", "negative", "default"}:
        raise _fault(f"InputCollect.{name}", "there must be one sign per variable", ", ".join(signs))
    return signs


def _variables(names: tuple[str, ...], signs: tuple[str, ...]) -> tuple[Variable, ...]:
    return tuple(Variable(name, sign) for name, sign in zip(names, signs, strict=True))


def _bounds(node: _Node) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for name in node.names():
        given = node.value[name]
        ends = [_number(v, f"{node.where}.{name}") for v in (given if isinstance(given, list) else [given])]
        if len(ends) not in (1, 2):
            raise _fault(f"{node.where}.{name}", "a range has one or two ends", len(ends))
        found[name] = ends[0], ends[-1]
    return found


def _values(node: _Node) -> Iterator[tuple[str, float]]:
    for name in node.names():
        yield name, node.number(name)


def _terms(exported: _Node) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for i, row in enumerate(exported.rows("summary")):
        node = _Node(row, f"ExportedModel.summary[{i}]")
        name = node.text("variable")
        if name in found:
            raise _fault(node.where, "a variable appears twice", name)
        given = node._single("performance")
        performance = None if given is None else _number(given, f"{node.where}.performance")
        found[name] = Term(node.number("coef"), node.number("decompAgg"), performance)
    if not found:
        raise _fault("ExportedModel.summary", "the model has no coefficients", "nothing")
    return found


def _errors(exported: _Node) -> dict[str, float]:
    rows = exported.rows("errors")
    node = _Node(rows[0] if rows else {}, "ExportedModel.errors")
    return {name: node.number(name) for name in node.names() if node._single(name) is not None}


def _lifts(inputs: _Node) -> Iterator[Lift]:
    for i, row in enumerate(inputs.rows("calibration_input")):
        node = _Node(row, f"InputCollect.calibration_input[{i}]")
        yield Lift(
            tuple(part.strip() for part in node.text("channel").split("+")),
            node.day("liftStartDate"),
            node.day("liftEndDate"),
            node.number("liftAbs"),
            node.number("spend"),
            node.number("confidence"),
            node.text("calibration_scope"),
        )


def _rows(extras: _Node, name: str) -> tuple[dict[str, Any], ...]:
    rows = extras.rows(name)
    for row in rows:
        if len(row) > MOST_NAMES or any(isinstance(v, dict | list) for v in row.values()):
            raise _fault(f"Extras.{name}", "a row holds more than plain values", "")
    return tuple(rows)


def _fault(where: str, what: str, got: object) -> SpecificationError:
    return SpecificationError(what, where=f"Robyn model, {where}", got=got, action=ACTION)
