"""Adstock: how the effect of a period's media spreads over the periods after it.

Every form is a causal kernel: the adstocked series is `a[t] = sum_k weights[k] * x[t - k]`. A new form is one call of
`register`: the names of its parameters, their limits and usual ranges, and a function from parameters to kernel weights; the
specification, the search, the response functions and the pages take it from there. For example::

    def delayed(theta, delay, periods):
        age = np.arange(periods)
        return np.asarray(theta)[..., None] ** ((age - np.asarray(delay)[..., None]) ** 2)

    register(Adstock("delayed", ("theta", "delay"), delayed, limits={"delay": (0, 12)}, usual={"delay": (0, 4)},
                     carries_first=True))

A search in several processes knows the forms registered by what each process imports: put such a call at the end of this
module, or fit with one process. Formulas: Robyn 3.12.1, `adstock_geometric` and `adstock_weibull`.

Imports numpy only, because the dashboard loads this module.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mixline.errors import SpecificationError

Floats = NDArray[np.float64]
Weights = Callable[[Floats, Floats, int], Floats]


@dataclass(frozen=True)
class Adstock:
    """One form of adstock.

    `weights(first, second, periods)` takes parameters of any equal shape (...,) and gives kernels (..., periods);
    `periods` is the length of the series the model was fitted on (a Weibull scale is a share of it). A form with one
    parameter ignores `second`. `recursive` marks `a[t] = x[t] + first * a[t-1]`, which needs no convolution.
    `carries_first` says that `weights[0]` may differ from one, so that the immediate part is `weights[0] * x`. `limits` are
    the legal ends of each parameter that no other form has, `usual` the range searched unless told otherwise; a theta without one
    is searched as the kind of channel suggests (`mixline.mmm.recipes.defaults`).
    """

    name: str
    parameters: tuple[str, ...]
    weights: Weights
    recursive: bool = False
    carries_first: bool = False
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    usual: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def geometric_weights(theta: Floats, _: Floats, periods: int) -> Floats:
    """theta**k: each period keeps the share theta of the one before."""
    return np.power(np.asarray(theta)[..., None], np.arange(periods))


def weibull_cdf_weights(shape: Floats, scale: Floats, periods: int) -> Floats:
    """Running product of Weibull survival: the share kept itself changes with age."""
    age = np.arange(periods, dtype=float)
    exponent, reach = np.asarray(shape)[..., None], _reach(scale, periods)
    survival: Floats = np.exp(-np.where(age > 0, np.power(age / reach, exponent), 0.0))
    return _without_carryover(np.cumprod(survival, axis=-1, dtype=float), shape, scale)


def weibull_pdf_weights(shape: Floats, scale: Floats, periods: int) -> Floats:
    """Weibull density at ages 1, 2, ..., stretched to 0..1: allows a peak after the first period."""
    age = np.arange(1, periods + 1, dtype=float)
    exponent, reach = np.asarray(shape)[..., None], _reach(scale, periods)
    ratio = age / reach
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        power = np.power(ratio, exponent)
        density = np.nan_to_num(exponent / reach * power / ratio * np.exp(-power), nan=0.0, posinf=0.0)
    low, high = density.min(-1, keepdims=True), density.max(-1, keepdims=True)
    flat = high <= low
    stretched = (density - low) / np.where(flat, 1.0, high - low)
    first = np.zeros(periods)
    first[0] = 1.0
    return _without_carryover(np.where(flat, first, stretched), shape, scale)


MOST_PARAMETERS = 2  # of a form: the width of `Draws.adstock`
ADSTOCKS: dict[str, Adstock] = {}
PARAMETER_LIMITS: dict[str, tuple[float, float]] = {}  # of every parameter of a registered form


def register(form: Adstock) -> Adstock:
    """Make a form known everywhere.

    Raises:
        SpecificationError: the name is taken, there are too many parameters, or one has no limits, other limits than it has in
            another form, or no usual range within them.
    """
    limits = {**form.limits, **{n: PARAMETER_LIMITS[n] for n in form.parameters if n in PARAMETER_LIMITS}}
    faults = {
        "the name is taken": form.name in ADSTOCKS,
        "it needs one or two parameters": not 1 <= len(form.parameters) <= MOST_PARAMETERS,
        "a parameter has no limits": any(n not in limits for n in form.parameters),
        "a parameter has other limits in another form": any(
            limits[n] != tuple(ends) for n, ends in form.limits.items()
        ),
        "a parameter has no usual range": any(n not in form.usual and n != "theta" for n in form.parameters),
        "a usual range leaves the limits": any(
            n not in limits or not limits[n][0] <= low <= high <= limits[n][1] for n, (low, high) in form.usual.items()
        ),
    }
    fault = next((words for words, found in faults.items() if found), None)
    if fault is not None:
        raise SpecificationError(
            f"the adstock cannot be registered: {fault}",
            where=f"adstock {form.name}",
            got=", ".join(form.parameters),
            expected="a new name, and for each of one or two parameters its limits and a usual range within them",
            action="Correct the form.",
        )
    PARAMETER_LIMITS.update(limits)
    ADSTOCKS[form.name] = form
    return form


# Usual ranges of the Weibull forms: Robyn's advice; scale is a share of the length of the series.
WEIBULL_LIMITS = {"shape": (0.0, 20.0), "scale": (0.0, 1.0)}
for _form in (
    Adstock("geometric", ("theta",), geometric_weights, recursive=True, limits={"theta": (0.0, 1.0)}),
    Adstock("weibull_cdf", ("shape", "scale"), weibull_cdf_weights,
            limits=WEIBULL_LIMITS, usual={"shape": (0.0, 2.0), "scale": (0.0, 0.1)}),
    Adstock("weibull_pdf", ("shape", "scale"), weibull_pdf_weights, carries_first=True,
            limits=WEIBULL_LIMITS, usual={"shape": (0.0, 10.0), "scale": (0.0, 0.1)}),
):  # fmt: skip
    register(_form)


def adstock_named(name: str) -> Adstock:
    """The registered form. Raises SpecificationError for an unknown name."""
    if name not in ADSTOCKS:
        raise SpecificationError(
            "unknown adstock", where="adstock", got=name, expected=", ".join(ADSTOCKS), action="Choose one of these."
        )
    return ADSTOCKS[name]


def adstock(
    x: ArrayLike, name: str, first: ArrayLike, second: ArrayLike = 0.0, *, periods: int | None = None
) -> Floats:
    """Adstock a series for many parameter sets at once.

    Args:
        x: array of shape (T,) or (..., T): media per period.
        name: a key of `ADSTOCKS`.
        first, second: the form's parameters, shape (...,), broadcast against each other and x's leading axes.
        periods: length of the series the parameters belong to; T when not given.

    Returns:
        Array of shape (..., T), in units of x.
    """
    form = adstock_named(name)
    series = np.asarray(x, dtype=float)
    one, two = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(second, dtype=float))
    length = series.shape[-1]
    shape = np.broadcast_shapes(series.shape[:-1], one.shape)
    if form.recursive:
        return _recursion(np.array(np.broadcast_to(series, (*shape, length))), one)
    kernel = form.weights(one, two, periods or length)[..., :length]
    return convolve(series, kernel)


def _recursion(x: Floats, share: Floats) -> Floats:
    """x[t] + share * out[t-1] along the last axis, in place, by doubling: each step reaches twice as far back."""
    length, back = x.shape[-1], 1
    power = np.array(share)[..., None]
    with np.errstate(under="ignore"):
        while back < length and power.any():
            x[..., back:] += power * x[..., :-back]
            power *= power
            back *= 2
    return x


def convolve(x: Floats, kernel: Floats) -> Floats:
    """Causal convolution along the last axis, as long as x. Leading axes broadcast."""
    length = x.shape[-1]
    out = np.zeros((*np.broadcast_shapes(x.shape[:-1], kernel.shape[:-1]), length))
    for age in range(min(length, reach_of(kernel))):
        out[..., age:] += kernel[..., age : age + 1] * x[..., : length - age]
    return out


def reach_of(kernel: Floats) -> int:
    """How many leading weights matter: beyond it all are below 1e-16 of the largest."""
    flat = np.abs(kernel.reshape(-1, kernel.shape[-1])).max(0)
    significant = np.nonzero(flat > 1e-16 * max(float(flat.max()), 1e-300))[0]
    return int(significant[-1]) + 1 if significant.size else 1


def immediate(x: ArrayLike, name: str, first: float, second: float = 0.0, *, periods: int | None = None) -> Floats:
    """The part of the adstocked series (T,) that this period's own media brings."""
    form = adstock_named(name)
    series = np.asarray(x, dtype=float)
    if not form.carries_first:
        return series
    weights = form.weights(np.asarray(float(first)), np.asarray(float(second)), periods or series.shape[-1])
    return series * weights[..., 0]


def half_life(name: str, first: float, second: float, periods: int) -> float:
    """Periods until half of the whole carried effect has come, counted from the spending period (at least 0)."""
    weights = adstock_named(name).weights(np.asarray(float(first)), np.asarray(float(second)), max(periods, 2))
    total = float(weights.sum())
    if not total > 0 or not math.isfinite(total):
        return 0.0
    return float(np.searchsorted(np.cumsum(weights) / total, 0.5))


def _reach(scale: Floats, periods: int) -> Floats:
    """Weibull's scale in whole periods: Robyn rounds the quantile of 1..periods at `scale`, half to even."""
    return np.maximum(np.round(1.0 + (periods - 1) * np.asarray(scale, dtype=float)), 1.0)[..., None]


def _without_carryover(weights: Floats, shape: Floats, scale: Floats) -> Floats:
    """A shape or scale of zero switches the carry-over off."""
    off = (np.asarray(shape) == 0) | (np.asarray(scale) == 0)
    first = np.zeros(weights.shape[-1])
    first[0] = 1.0
    return np.where(off[..., None], first, weights)
