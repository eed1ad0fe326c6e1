"""Ridge regression with limits on the coefficients, as glmnet does it, and its exact solution.

glmnet (alpha = 0) stops coordinate descent at a tolerance and on collinear data sits short of the optimum; Robyn inherits
that. `ridge` gives the exact solution unless a `threshold` asks for glmnet's own path (1e-7 is what Robyn uses).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mixline.mmm.model import Floats
from mixline.mmm.specification import InterceptRule, Sign
from mixline.mmm.transforms import kernel

RULES: dict[InterceptRule, int] = {"non_negative": kernel.NON_NEGATIVE, "free": kernel.FREE, "none": kernel.NONE}
GLMNET_THRESHOLD = 1e-7
LIMITS_OF_SIGN: dict[Sign, tuple[float, float]] = {
    "positive": (0.0, np.inf),
    "negative": (-np.inf, 0.0),
    "either": (-np.inf, np.inf),
}


@dataclass(frozen=True)
class RidgeFit:
    """Coefficients (J,) on the original scale. `has_intercept` is False where the rule left it out."""

    coefficients: Floats
    intercept: float
    has_intercept: bool

    def predict(self, x: ArrayLike) -> Floats:
        """x: (n, J). Returns (n,)."""
        return np.asarray(self.intercept + np.asarray(x, dtype=float) @ self.coefficients)


def ridge(
    x: ArrayLike,
    y: ArrayLike,
    strength: float,
    *,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    factors: ArrayLike | None = None,
    rule: InterceptRule = "free",
    threshold: float = 0.0,
    pull: ArrayLike | None = None,
    aim: ArrayLike | None = None,
    tie: ArrayLike | None = None,
    push: ArrayLike | None = None,
) -> RidgeFit:
    """Fit a ridge.

    Minimises mean((y - a - xb)^2)/2 + strength/sd(y) * sum(factor_j * (sd_j*b_j)^2)/2 within the limits, sd over n.

    Args:
        x: (n, J). y: (n,). strength: glmnet's lambda, in units of y.
        low, high: (J,) limits on the original scale; none when not given.
        factors: (J,) penalty factors, rescaled to sum to J; ones when not given.
        rule: "non_negative" refits without intercept when it comes out below zero (Robyn's default).
        threshold: 0 for the exact solution, else glmnet's convergence threshold.
        pull, aim: (J,) add sum(pull_j * (b_j - aim_j)^2)/2: a pull towards a coefficient other than zero.
        tie, push: (J, J) and (J,) add b'(tie)b/2 - (push)'b: what is known of sums of columns. Both or neither.
    """
    # Copies: numba compiles anew (seconds) for arrays that may not be written to.
    design = np.array(np.asarray(x, dtype=float).T, order="C")
    columns, rows = design.shape
    b = np.zeros(columns)
    intercept, fitted = kernel.ridge_fit(
        design,
        np.array(y, dtype=float, order="C"),
        rows,
        0,
        np.empty(columns),
        np.empty((columns, columns)),
        np.empty(columns),
        float(strength),
        np.ones(columns) if factors is None else np.array(factors, dtype=float, order="C"),
        np.full(columns, -np.inf) if low is None else np.array(low, dtype=float, order="C"),
        np.full(columns, np.inf) if high is None else np.array(high, dtype=float, order="C"),
        np.zeros(columns) if pull is None else np.array(pull, dtype=float, order="C"),
        np.zeros(columns) if aim is None else np.array(aim, dtype=float, order="C"),
        np.zeros((0, 0)) if tie is None else np.array(tie, dtype=float, order="C"),
        np.zeros(0) if push is None else np.array(push, dtype=float, order="C"),
        RULES[rule],
        float(threshold),
        100_000,
        b,
    )
    return RidgeFit(b, float(intercept), bool(fitted))


def lambda_range(x: ArrayLike, y: ArrayLike, *, smallest: float = 1e-4) -> tuple[float, float]:
    """(lambda_min, lambda_max) of the search, in units of y.

    lambda_max is a tenth of glmnet's first lambda at alpha = 0.001 (Robyn, `lambda_seq`), lambda_min `smallest` of it.

    Args:
        x: (n, J) raw columns; constant ones are ignored. y: (n,) raw outcome.
    """
    design, outcome = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    # Standardised columns do not know their unit, and money of any size fits after division by the largest.
    design = design / np.maximum(np.abs(design).max(0, initial=0.0), np.finfo(float).tiny)
    unit = max(float(np.abs(outcome).max(initial=0.0)), np.finfo(float).tiny)
    deviation = design.std(0)
    centred = design - design.mean(0)
    standard = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-15)
    largest = float(np.abs((standard * (outcome / unit)[:, None]).mean(0)).max(initial=0.0)) / 0.001 * 0.1
    return smallest * largest * unit, largest * unit
