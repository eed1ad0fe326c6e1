"""What a marketing mix model is asked to be.

A `ModelSpec` is frozen, checked at construction, and named by the SHA-256 of its canonical JSON. It knows columns by
name but no data; `check_against` compares it with a table. Names follow the field (and Robyn where it has a word for it).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from mixline.errors import SpecificationError
from mixline.mmm.transforms.adstock import PARAMETER_LIMITS

Sign = Literal["positive", "negative", "either"]
GoalKind = Literal["revenue", "conversions"]
Interval = Literal["day", "week", "month"]
Component = Literal["trend", "season", "monthly", "weekday", "holiday"]
Optimizer = Literal["arrays", "nevergrad"]
InterceptRule = Literal["non_negative", "free", "none"]
COMPONENTS: tuple[Component, ...] = ("trend", "season", "monthly", "weekday", "holiday")

# Legal limits of the search (Robyn 3.12.1, robyn_inputs), of saturation and of every registered adstock. The search keeps off
# ends that are no values (`mixline.mmm.recipes.defaults.OPEN_ENDS`).
LIMITS: Mapping[str, tuple[float, float]] = ChainMap({"alpha": (0.0, 10.0), "gamma": (0.0, 1.0)}, PARAMETER_LIMITS)


@dataclass(frozen=True)
class Range:
    """A closed range searched over; `low == high` fixes the value."""

    low: float
    high: float

    def __post_init__(self) -> None:
        # 1 and 1.0, and 0 and -0, must give the same canonical JSON, hence the same specification id.
        object.__setattr__(self, "low", float(self.low) + 0.0)
        object.__setattr__(self, "high", float(self.high) + 0.0)
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise SpecificationError(
                "a range must have two finite ends",
                got=f"{self.low} to {self.high}",
                expected="two numbers",
                action="Give the least and the largest, or one number to fix it.",
            )
        if self.low > self.high:
            raise SpecificationError(
                "a range is upside down",
                got=f"{self.low} to {self.high}",
                expected="the lower end first",
                action="Swap them.",
            )

    @property
    def fixed(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class Goal:
    """What is explained. `currency` is the ISO code of what is spent, and of the goal itself when it is revenue."""

    column: str
    kind: GoalKind = "revenue"
    label: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Media:
    """A channel. `spend` is None for organic media; `exposure` is None when spend itself is modelled.

    The ranges of parameters that the chosen adstock does not use are ignored. None means the default for `kind`
    (see `mixline.mmm.recipes.defaults`).
    """

    name: str
    spend: str | None = None
    exposure: str | None = None
    kind: str = "other"  # tv, radio, print, ooh, search, social, display, video, email, affiliate, other
    adstock: str = "geometric"  # a name in mixline.mmm.transforms.adstock.ADSTOCKS
    sign: Sign = "positive"
    label: str = ""
    ranges: Mapping[str, Range] = field(default_factory=dict)  # alpha, gamma, and the adstock's own parameters

    def __post_init__(self) -> None:
        if self.spend is None and self.exposure is None:
            raise SpecificationError(
                "a channel needs a spend or an exposure column",
                where=f"channel {self.name}",
                got="neither",
                expected="spend for a paid channel, exposure for an organic one",
                action="Name the column or leave the channel out.",
            )
        object.__setattr__(self, "ranges", dict(sorted(self.ranges.items())))
        for key, value in self.ranges.items():
            if key not in LIMITS:
                raise SpecificationError(
                    "unknown parameter", where=f"channel {self.name}", got=key, expected=", ".join(LIMITS),
                    action="Correct the name or take the range out.",
                )  # fmt: skip
            low, high = LIMITS[key]
            if value.low < low or value.high > high:
                raise SpecificationError(
                    f"the range of {key} leaves its limits",
                    where=f"channel {self.name}",
                    got=f"{value.low} to {value.high}",
                    expected=f"within {low} to {high}",
                    action="Narrow the range.",
                )

    @property
    def paid(self) -> bool:
        return self.spend is not None


@dataclass(frozen=True)
class Context:
    """Another driver: a price, a competitor, a promotion. `factor` columns are one-hot encoded."""

    name: str
    column: str
    sign: Sign = "either"
    factor: bool = False
    label: str = ""


@dataclass(frozen=True)
class Validation:
    """Time-ordered hold-out. `train` is the share of window rows fitted on (a range is searched); None fits on all.

    `folds` asks for a rolling-origin back-test after the fit: that many forecasts of `horizon` periods each, made from
    what came before them (0 periods stand for a quarter of a year).
    """

    train: Range | None = None
    leaking: bool = False  # Robyn's form: Hill's maximum and the components see the whole window. Only for comparison.
    folds: int = 0
    horizon: int = 0


@dataclass(frozen=True)
class Search:
    """Size of the search. `batch` candidates are asked at a time, whatever the number of processes."""

    trials: int = 5
    iterations: int = 2000
    batch: int = 20
    seed: int = 123
    rssd_weight: float = 1.0  # 0 drops DECOMP.RSSD from the objectives
    optimizer: Optimizer = "arrays"  # TwoPointsDE on arrays, or nevergrad's own: same rules, six times the time
    early_stop: bool = False  # end a trial once it no longer gains (`mixline.mmm.search.trial`)
    lift_weight: float = 1.0  # of the error against lift studies, the third objective where there are any; 0 drops it

    def __post_init__(self) -> None:
        for name in ("rssd_weight", "lift_weight"):
            value = float(getattr(self, name)) + 0.0
            object.__setattr__(self, name, value)
            if not 0.0 <= value < math.inf:
                raise SpecificationError(
                    "a weight is out of range",
                    where=f"search.{name}",
                    got=value,
                    expected="0 or more; 0 drops the objective, 1 counts like the error",
                    action="Correct the weight.",
                )


@dataclass(frozen=True)
class Study:
    """A lift study. `effect` is the total incremental outcome between both days; `channels` are pooled."""

    channels: tuple[str, ...]
    start: date
    end: date
    effect: float
    spend: float
    confidence: float
    scope: Literal["immediate", "total"] = "total"

    def __post_init__(self) -> None:
        for name in ("effect", "spend", "confidence"):
            object.__setattr__(self, name, float(getattr(self, name)) + 0.0)


@dataclass(frozen=True)
class Refresh:
    """What a refresh knows of the model it continues (`mixline.mmm.movement.refresh` makes it).

    Its ranges are written into the media. `model` is the earlier model's id, `steps` the periods added since, `shares` the
    earlier share of the fit of every term, media and "intercept" included: the search stays near them. `chain` holds the ids
    of the models before the earlier one, the first build first; `limits` the first build's ranges, by "channel:parameter",
    which no refresh leaves.
    """

    model: str
    steps: int
    shares: Mapping[str, float]
    chain: tuple[str, ...] = ()
    limits: Mapping[str, Range] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", {str(k): float(v) + 0.0 for k, v in sorted(self.shares.items())})
        object.__setattr__(self, "limits", dict(sorted(self.limits.items())))
        if self.steps < 1:
            raise SpecificationError(
                "a refresh adds at least one period",
                where="refresh.steps",
                got=self.steps,
                expected="1 or more",
                action="Add newer rows, or fit anew.",
            )


@dataclass(frozen=True)
class ModelSpec:
    """A whole question to the engine.

    Raises:
        SpecificationError: at construction, when names repeat, nothing is to be modelled, or numbers are out of range.
    """

    goal: Goal
    date_column: str
    media: tuple[Media, ...]
    context: tuple[Context, ...] = ()
    components: tuple[Component, ...] = ("trend", "season", "holiday")
    holiday_country: str = ""
    segment_column: str = ""  # e.g. country; rows with another value are left out
    segment_value: str = ""
    window_start: date | None = None
    window_end: date | None = None
    intercept: InterceptRule = "non_negative"
    penalty_factors: bool = False
    validation: Validation = Validation()
    search: Search = Search()
    studies: tuple[Study, ...] = ()
    refresh: Refresh | None = None
    version: int = 1

    def __post_init__(self) -> None:
        names = [m.name for m in self.media] + [c.name for c in self.context] + list(self.components)
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_ .&+()/-]{0,79}", name):
                raise SpecificationError(
                    "a name is not usable",
                    where="names of channels and context",
                    got=name,
                    expected="1-80 letters, digits, _ - . & + ( ) /",
                    action="Choose another name; the label may be any text.",
                )
        repeated = sorted({n for n in names if names.count(n) > 1})
        if repeated:
            raise SpecificationError(
                "names repeat",
                where="channels, context and components",
                got=", ".join(repeated),
                expected="each once",
                action="Give each term its own name.",
            )
        if not any(m.paid for m in self.media):
            raise SpecificationError(
                "no paid channel",
                where="media",
                got=f"{len(self.media)} channels without a spend column",
                expected="at least one channel with a spend column",
                action="Map a spend column.",
            )
        if "holiday" in self.components and not self.holiday_country:
            raise SpecificationError(
                "holidays need a country",
                where="holiday_country",
                got="no country",
                expected="a two-letter code such as DE",
                action="Name the country or leave holiday out of components.",
            )
        if self.window_start and self.window_end and self.window_start > self.window_end:
            raise SpecificationError(
                "the window ends before it starts",
                where="window", got=f"{self.window_start} to {self.window_end}",
                expected="a start before the end", action="Swap them.",
            )  # fmt: skip
        for where, what, value, least, most, action in (
            ("search.trials", "the number of trials", self.search.trials, 1, 100, "Five are usual."),
            ("search.iterations", "the number of candidates per trial", self.search.iterations, 1, 100_000, "2,000 are usual."),
            ("search.batch", "the number of candidates at a time", self.search.batch, 1, 1000, "Leave it at 20."),
            ("search.seed", "the seed", self.search.seed, 0, 2**31 - 1, "Any number in this range will do."),
            ("validation.folds", "the number of back-tests", self.validation.folds, 0, 20, "Three are usual."),
            ("validation.horizon", "the number of periods ahead", self.validation.horizon, 0, 1000, "0 is a quarter of a year."),
        ):  # fmt: skip
            if not least <= value <= most:
                raise SpecificationError(
                    f"{what} is out of range",
                    where=where,
                    got=f"{value:,}",
                    expected=f"{least} to {most:,}",
                    action=action,
                )
        train = self.validation.train
        if train is not None and not (train.low > 0.1 and train.high <= 1.0):
            raise SpecificationError(
                "the training share is out of range",
                where="validation.train",
                got=f"{train.low} to {train.high}",
                expected="above 0.1 (10 %) and at most 1 (100 %)",
                action="A share of 0.8 fits on four fifths of the window.",
            )

    @cached_property
    def paid(self) -> tuple[Media, ...]:
        """Paid channels, in order. Everywhere in the engine paid media come before organic."""
        return tuple(m for m in self.media if m.paid)

    @cached_property
    def organic(self) -> tuple[Media, ...]:
        return tuple(m for m in self.media if not m.paid)

    @cached_property
    def ordered_media(self) -> tuple[Media, ...]:
        """Paid, then organic: the order of every media axis."""
        return self.paid + self.organic

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the data this specification reads, each once."""
        wanted = [self.date_column, self.goal.column]
        if self.segment_column:
            wanted.append(self.segment_column)
        for m in self.media:
            wanted += [c for c in (m.spend, m.exposure) if c is not None]
        wanted += [c.column for c in self.context]
        return tuple(dict.fromkeys(wanted))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads it back to an equal specification."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ModelSpec:
        """Read a document (JSON or YAML). Raises SpecificationError naming the field for anything unknown or ill-typed."""
        from mixline.mmm.recipes.document import read_document

        return read_document(document)

    def with_search(self, **changes: Any) -> ModelSpec:
        """A copy with another search size or seed."""
        return replace(self, search=replace(self.search, **changes))

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(canonical_json(self.to_dict())).hexdigest()


def canonical_json(document: Any) -> bytes:
    """JSON with sorted keys, no spaces, no NaN: equal documents give equal bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def require_columns(spec: ModelSpec, columns: Iterable[str]) -> None:
    """Raise SpecificationError when the data lacks a column the specification names."""
    present = list(columns)
    missing = [c for c in spec.columns if c not in present]
    if missing:
        raise SpecificationError(
            "the data has no such column",
            where="specification",
            got=", ".join(missing),
            expected="one of " + ", ".join(present[:12]) + (", ..." if len(present) > 12 else ""),
            action="Correct the name in the specification or add the column to the data.",
        )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


__all__ = [f.__name__ for f in (Range, Goal, Media, Context, Validation, Search, Study, Refresh, ModelSpec)] + [
    "COMPONENTS",
    "LIMITS",
    "canonical_json",
    "require_columns",
]
