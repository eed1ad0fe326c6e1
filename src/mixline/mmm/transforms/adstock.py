"""Adstock: how the effect of a period's media spreads over the periods after it.

Every form is a causal kernel: the adstocked series is `a[t] = sum_k weights[k] * x[t - k]`. A new form is one entry of
`ADSTOCKS`: its parameter names and a function from parameters to kernel weights; the search, the response functions and
the pages take it from there. Formulas: Robyn 3.12.1, `adstock_geometric` and `adstock_weibull`.

Imports numpy only, because the dashboard loads this module.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

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
    `carries_first` says that `weights[0]` may differ from one, so that the immediate part is `weights[0] * x`.
    """

    name: str
    parameters: tuple[str, ...]
    weights: Weights
    recursive: bool = False
    carries_first: bool = False


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


ADSTOCKS: dict[str, Adstock] = {
    form.name: form
    for form in (
        Adstock("geometric", ("theta",), geometric_weights, recursive=True),
        Adstock("weibull_cdf", ("shape", "scale"), weibull_cdf_weights),
        Adstock("weibull_pdf", ("shape", "scale"), weibull_pdf_weights, carries_first=True),
    )
}


def adstock_named(name: str) -> Adstock:
    """The registered form. Raises SpecificationError for an unknown name."""
    if name not in ADSTOCKS:
        raise SpecificationError("unknown adstock", got=name, expected=", ".join(ADSTOCKS))
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
