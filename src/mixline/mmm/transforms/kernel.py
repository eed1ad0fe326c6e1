# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The compiled inner loop: evaluate a batch of candidates, and solve one ridge with limits.

numba without fastmath and without threads, so that the same candidate gives the same bits in every process.
"""

from __future__ import annotations

import numba
import numpy as np

from mixline.mmm.transforms.box_solver import descend, solve_box

# The SHA-256 of box_solver.py, first digits: numba's cache notices a change of the file a function is in, but not of the
# functions it calls.
SOLVER = "70098aa7318a"
NON_NEGATIVE, FREE, NONE = 0, 1, 2  # intercept rules


@numba.njit(cache=True)
def cross_products(x, y, rows, known, mean, products, with_y):
    """Means (J,) and centred products of the first `rows` rows: products (J, J) below the diagonal, with_y (J,).

    x (J, W), a column to a row. Of the first `known` columns all three are there already. Eight rows are added at a time,
    always in the same order. Returns (mean of y, sum of squares of y about it).
    """
    columns = x.shape[0]
    y_mean = 0.0
    for t in range(rows):
        y_mean += y[t]
    y_mean /= rows
    for j in range(known, columns):
        column = x[j]
        total = 0.0
        for t in range(rows):
            total += column[t]
        mean[j] = total / rows
        with_y[j] = 0.0
        for k in range(j + 1):
            products[j, k] = 0.0
    block = np.zeros((8, columns))
    one, two, three, four, five, six, seven, eight = (
        block[0], block[1], block[2], block[3], block[4], block[5], block[6], block[7],
    )  # fmt: skip
    spread = 0.0
    for begin in range(0, rows, 8):
        size = min(8, rows - begin)
        for j in range(columns):
            column = x[j]
            for t in range(8):
                block[t, j] = column[begin + t] - mean[j] if t < size else 0.0
        for t in range(size):
            rest = y[begin + t] - y_mean
            spread += rest * rest
            row = block[t]
            for j in range(known, columns):
                with_y[j] += row[j] * rest
        for j in range(known, columns):
            a, b, c, d, e, f, g, h = one[j], two[j], three[j], four[j], five[j], six[j], seven[j], eight[j]
            row = products[j]
            for k in range(j + 1):
                row[k] += ((a * one[k] + b * two[k]) + (c * three[k] + d * four[k])) + (
                    (e * five[k] + f * six[k]) + (g * seven[k] + h * eight[k])
                )
    return y_mean, spread


@numba.njit(cache=True)
def _standardise(products, with_y, mean, y_mean, spread, rows, centred, deviation, gram, right):
    """Population deviations, standardised Gram matrix and right side; returns glmnet's scale of y.

    `centred` False is glmnet without intercept: columns keep their mean but are still divided by their centred deviation.
    """
    columns = mean.shape[0]
    for j in range(columns):
        deviation[j] = np.sqrt(products[j, j] / rows)
        if deviation[j] <= 1e-13 * abs(mean[j]):
            deviation[j] = 0.0
    for j in range(columns):
        value = with_y[j] / rows
        if not centred:
            value += mean[j] * y_mean
        right[j] = value / deviation[j] if deviation[j] > 0 else 0.0
        for k in range(j + 1):
            below = deviation[j] * deviation[k]
            value = products[j, k] / rows
            if not centred:
                value += mean[j] * mean[k]
            gram[j, k] = value / below if below > 0 else 0.0
            gram[k, j] = gram[j, k]
    return np.sqrt(spread / rows) if centred else np.sqrt(spread / rows + y_mean * y_mean)


@numba.njit(cache=True)
def ridge_fit(
    x,
    y,
    rows,
    known,
    mean,
    products,
    with_y,
    ridge,
    factors,
    low,
    high,
    pull,
    aim,
    tie,
    push,
    rule,
    threshold,
    limit,
    b,
):
    """A ridge under an intercept rule, on the original scale. Coefficients into b; returns (intercept, whether fitted).

    x (J, W); known, mean, products and with_y as in `cross_products`. `threshold` 0 asks for the exact solution. pull (J,)
    and aim (J,) add sum(pull*(b-aim)^2)/2 to half of the mean square; tie (J, J) and push (J,) add b'(tie)b/2 - (push)'b, what
    is known of sums of columns, unless they are empty.
    """
    columns = x.shape[0]
    y_mean, spread = cross_products(x, y, rows, known, mean, products, with_y)
    deviation = np.empty(columns)
    gram = np.empty((columns, columns))
    right = np.empty(columns)
    penalty = np.empty(columns)
    lower = np.zeros(columns)
    upper = np.zeros(columns)
    total = 0.0
    for j in range(columns):
        total += max(factors[j], 0.0)
        b[j] = 0.0
    centred = rule != NONE
    while True:
        scale = _standardise(products, with_y, mean, y_mean, spread, rows, centred, deviation, gram, right)
        for j in range(columns):
            share = max(factors[j], 0.0) * columns / total if total > 0 else 0.0
            penalty[j] = ridge / scale * share if scale > 0 else ridge * share
            if deviation[j] > 0:
                weight = pull[j] / (deviation[j] * deviation[j])
                penalty[j] += weight
                right[j] += weight * aim[j] * deviation[j]
                lower[j] = low[j] * deviation[j]
                upper[j] = high[j] * deviation[j]
        for j in range(tie.shape[0]):
            if deviation[j] > 0:
                right[j] += push[j] / deviation[j]
                for k in range(columns):
                    if deviation[k] > 0:
                        gram[j, k] += tie[j, k] / (deviation[j] * deviation[k])
        if threshold > 0:
            b[:] = 0.0  # glmnet's path starts there
            descend(gram, right, penalty, lower, upper, scale, threshold, limit, b)
        else:
            solve_box(gram, right, penalty, lower, upper, b)
        intercept = y_mean
        for j in range(columns):
            if deviation[j] > 0:
                intercept -= b[j] / deviation[j] * mean[j]
        # Solved again without it, from where this solution is.
        if not (rule == NON_NEGATIVE and centred and intercept < 0):
            break
        centred = False
    for j in range(columns):
        b[j] = b[j] / deviation[j] if deviation[j] > 0 else 0.0
    return (intercept, True) if centred else (0.0, False)


@numba.njit(cache=True)
def _nrmse(squares, y, start, stop):
    """Root mean square over the slice's own range of y; nan for an empty slice, by the mean size where y is flat."""
    if stop <= start:
        return np.nan
    total = 0.0
    low = y[start]
    high = y[start]
    size = 0.0
    for t in range(start, stop):
        total += squares[t]
        low = min(low, y[t])
        high = max(high, y[t])
        size += abs(y[t])
    spread = high - low
    if spread <= 0:
        spread = size / (stop - start)
    return np.sqrt(total / (stop - start)) / spread if spread > 0 else np.inf


@numba.njit(cache=True)
def evaluate(media, other, y, start, spend_share, recursive, low, high, rule, threshold, leaking, zero_penalty,
             first, weights, alpha, gamma, ridge, factors, train, ends, expected, precision,
             beta, intercept, inflexion, contribution, losses):  # fmt: skip
    """Evaluate B candidates; the last five arguments are filled.

    media (M, S) up to the window's end S; other (W, K); y (W,); first (B, M) the recursion's share; weights (B, M, R)
    kernels of the other forms; train (B,) fitted rows; ends (B, 2) ends of validation and test slices; beta (B, J) other
    terms first; losses (B, 4): nrmse, validation, test, rssd. expected (M,) and precision (M,) add
    sum(precision*(contribution-expected)^2)/2 to half of the mean square.
    """
    size, width = alpha.shape
    window, others = other.shape
    columns = others + width
    stop = media.shape[1]
    paid = spend_share.shape[0]
    x = np.empty((columns, window))
    for k in range(others):
        for t in range(window):
            x[k, t] = other[t, k]
    carried = np.empty(stop)
    fitted = np.empty(window)
    sums = np.empty(width)
    pull = np.zeros(columns)
    aim = np.zeros(columns)
    mean = np.empty(columns)
    with_y = np.empty(columns)
    products = np.empty((columns, columns))
    tie = np.zeros((0, 0))
    push = np.zeros(0)
    known_rows = -1  # the other terms' products are the same as long as the rows are
    for c in range(size):
        peak_rows = window if leaking else train[c]
        for m in range(width):
            if recursive[m]:
                level = 0.0
                for t in range(stop):
                    level = media[m, t] + first[c, m] * level
                    carried[t] = level
            else:
                reach = weights.shape[2]
                top = 0.0
                for k in range(reach):
                    top = max(top, abs(weights[c, m, k]))
                while reach > 1 and abs(weights[c, m, reach - 1]) <= 1e-16 * top:
                    reach -= 1
                for t in range(stop):
                    carried[t] = 0.0
                for t in range(stop):
                    value = media[m, t]
                    if value != 0.0:
                        for k in range(min(reach, stop - t)):
                            carried[t + k] += weights[c, m, k] * value
            peak = 0.0
            for t in range(peak_rows):
                peak = max(peak, carried[start + t])
            half = gamma[c, m] * peak
            inflexion[c, m] = half
            power = alpha[c, m]
            total = 0.0
            for t in range(window):
                value = carried[start + t]
                value = 1.0 / (1.0 + (half / value) ** power) if value > 0 and half > 0 else 0.0
                x[others + m, t] = value
                total += value
            sums[m] = total
        for m in range(width):
            if precision[m] > 0 and sums[m] > 0:
                pull[others + m] = precision[m] * sums[m] * sums[m]
                aim[others + m] = expected[m] / sums[m]
            else:
                pull[others + m] = 0.0
        rows = train[c]
        known = others if rows == known_rows else 0
        known_rows = rows
        b = beta[c]
        constant, _ = ridge_fit(x, y, rows, known, mean, products, with_y, ridge[c], factors[c], low, high, pull, aim,
                                tie, push, rule, threshold, 10000, b)  # fmt: skip
        intercept[c] = constant
        for t in range(window):
            fitted[t] = constant
        for j in range(columns):
            value = b[j]
            if value != 0.0:
                column = x[j]
                for t in range(window):
                    fitted[t] += value * column[t]
        for t in range(window):
            fitted[t] = (y[t] - fitted[t]) ** 2
        losses[c, 0] = _nrmse(fitted, y, 0, rows)
        losses[c, 1] = _nrmse(fitted, y, rows, ends[c, 0])
        losses[c, 2] = _nrmse(fitted, y, ends[c, 0], ends[c, 1])
        total = 0.0
        for m in range(width):
            contribution[c, m] = b[others + m] * sums[m]
            if m < paid:
                total += contribution[c, m]
        distance = 0.0
        zeros = 0
        for m in range(paid):
            share = contribution[c, m] / total if total != 0 else 0.0
            distance += (share - spend_share[m]) ** 2
            if abs(share) <= 0.00005:
                zeros += 1
        losses[c, 3] = np.sqrt(distance) * (1.0 + (zeros / paid if zero_penalty else 0.0)) if total != 0 else np.inf
