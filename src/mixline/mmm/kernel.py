# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""The compiled inner loop: evaluate a batch of candidates, and solve one ridge with limits.

numba without fastmath and without threads, so that the same candidate gives the same bits in every process. All compiled
functions live in this file: numba's cache notices a change of the file a function is in, not of the functions it calls.
"""

from __future__ import annotations

import numba
import numpy as np

NON_NEGATIVE, FREE, NONE = 0, 1, 2  # intercept rules


@numba.njit(cache=True)
def descend(gram, right, penalty, low, high, scale, threshold, limit, b):
    """glmnet's cyclic coordinate descent on the Gram matrix, in glmnet's order and with its stopping rule.

    Minimises b'Gb/2 - r'b + sum(penalty*b*b)/2 within limits; stops when the largest G_jj*step^2/scale^2 of a sweep over
    all columns is below `threshold`. Works on b in place. Returns the number of sweeps.
    """
    columns = b.shape[0]
    active = np.empty(columns, np.int64)
    entered = np.zeros(columns, np.bool_)
    count = 0
    sweeps = 0
    full = True
    while sweeps < limit:
        sweeps += 1
        largest = 0.0
        size = columns if full else count
        for place in range(size):
            j = place if full else active[place]
            if low[j] == 0.0 and high[j] == 0.0:
                continue
            rest = right[j]
            for k in range(columns):
                rest -= gram[j, k] * b[k]
            old = b[j]
            new = (rest + gram[j, j] * old) / (gram[j, j] + penalty[j])
            new = max(low[j], min(high[j], new))
            if new == old:
                continue
            if not entered[j]:
                entered[j] = True
                active[count] = j
                count += 1
            b[j] = new
            step = gram[j, j] * (new - old) ** 2
            largest = max(largest, step)
        if largest < threshold * scale * scale:
            if full:
                break
            full = True
        else:
            full = False
    return sweeps


@numba.njit(cache=True)
def _solve_free(hessian, right, free, count, b, work, out):
    """Cholesky on the free columns, the others held at b. False when the matrix is not positive definite."""
    columns = b.shape[0]
    for p in range(count):
        i = free[p]
        value = right[i]
        for k in range(columns):
            value -= hessian[i, k] * b[k]
        for q in range(count):
            value += hessian[i, free[q]] * b[free[q]]
        out[p] = value
        for q in range(p + 1):
            work[p, q] = hessian[i, free[q]]
    for p in range(count):
        for q in range(p + 1):
            value = work[p, q]
            for k in range(q):
                value -= work[p, k] * work[q, k]
            if p == q:
                if value <= 1e-13 * hessian[free[p], free[p]]:
                    return False
                work[p, p] = np.sqrt(value)
            else:
                work[p, q] = value / work[q, q]
    for p in range(count):
        value = out[p]
        for k in range(p):
            value -= work[p, k] * out[k]
        out[p] = value / work[p, p]
    for p in range(count - 1, -1, -1):
        value = out[p]
        for k in range(p + 1, count):
            value -= work[k, p] * out[k]
        out[p] = value / work[p, p]
    return True


@numba.njit(cache=True)
def solve_box(gram, right, penalty, low, high, b):
    """The exact minimiser of b'Gb/2 - r'b + sum(penalty*b*b)/2 with low <= b <= high: a primal active set.

    Starts from a few sweeps of coordinate descent (which usually find the active set), then alternates an exact solve on
    the free columns with adding or releasing one limit at a time; the objective never rises, so it ends. Falls back to
    long coordinate descent where the free block is singular (collinear columns without penalty).
    """
    columns = b.shape[0]
    for j in range(columns):
        b[j] = max(low[j], min(high[j], 0.0))
    descend(gram, right, penalty, low, high, 1.0, 0.0, 4, b)
    hessian = gram.copy()
    for j in range(columns):
        hessian[j, j] += penalty[j]
    held = np.zeros(columns, np.bool_)
    for j in range(columns):
        held[j] = b[j] == low[j] or b[j] == high[j]
    free = np.empty(columns, np.int64)
    work = np.empty((columns, columns))
    target = np.empty(columns)
    for _ in range(10 * columns + 20):
        count = 0
        for j in range(columns):
            if not held[j]:
                free[count] = j
                count += 1
        if count > 0:
            if not _solve_free(hessian, right, free, count, b, work, target):
                descend(gram, right, penalty, low, high, 1.0, 1e-22 * np.dot(right, right), 20000, b)
                return
            step = 1.0
            blocking = -1
            blocking_place = 0
            for p in range(count):
                j = free[p]
                move = target[p] - b[j]
                if target[p] < low[j] and move < 0:
                    share = (low[j] - b[j]) / move
                elif target[p] > high[j] and move > 0:
                    share = (high[j] - b[j]) / move
                else:
                    continue
                if share < step:
                    step = max(share, 0.0)
                    blocking = j
                    blocking_place = p
            if blocking >= 0:
                for p in range(count):
                    j = free[p]
                    b[j] = max(low[j], min(high[j], b[j] + step * (target[p] - b[j])))
                b[blocking] = low[blocking] if target[blocking_place] < low[blocking] else high[blocking]
                held[blocking] = True
                continue
            for p in range(count):
                b[free[p]] = target[p]
        worst = 0.0
        release = -1
        for j in range(columns):
            if not held[j] or low[j] == high[j]:
                continue
            slope = right[j]
            for k in range(columns):
                slope -= hessian[j, k] * b[k]
            if (b[j] == low[j] and slope > 0) or (b[j] == high[j] and slope < 0):
                gain = abs(slope) / np.sqrt(hessian[j, j])
                if gain > worst + 1e-14 * abs(right[j]):
                    worst = gain
                    release = j
        if release < 0:
            return
        held[release] = False


@numba.njit(cache=True)
def moments(x, y, rows, centred, mean, deviation, gram, right):
    """Means, population deviations, and the standardised Gram matrix and right side of the first `rows` rows.

    `centred` False is glmnet without intercept: columns keep their mean but are still divided by their centred deviation.
    Returns (mean of y, glmnet's scale of y).
    """
    columns = x.shape[1]
    y_mean = 0.0
    for t in range(rows):
        y_mean += y[t]
    y_mean /= rows
    for j in range(columns):
        mean[j] = 0.0
    for t in range(rows):
        for j in range(columns):
            mean[j] += x[t, j]
    for j in range(columns):
        mean[j] /= rows
        right[j] = 0.0
        for k in range(columns):
            gram[j, k] = 0.0
    row = np.empty(columns)
    spread = 0.0
    for t in range(rows):
        for j in range(columns):
            row[j] = x[t, j] - mean[j]
        rest = y[t] - y_mean
        spread += rest * rest
        for j in range(columns):
            left = row[j]
            right[j] += left * rest
            for k in range(j + 1):
                gram[j, k] += left * row[k]
    for j in range(columns):
        deviation[j] = np.sqrt(gram[j, j] / rows)
        if deviation[j] <= 1e-13 * abs(mean[j]):
            deviation[j] = 0.0
    for j in range(columns):
        for k in range(j + 1):
            value = gram[j, k] / rows
            if not centred:
                value += mean[j] * mean[k]
            below = deviation[j] * deviation[k]
            gram[j, k] = value / below if below > 0 else 0.0
            gram[k, j] = gram[j, k]
        value = right[j] / rows
        if not centred:
            value += mean[j] * y_mean
        right[j] = value / deviation[j] if deviation[j] > 0 else 0.0
    scale = np.sqrt(spread / rows)
    if not centred:
        scale = np.sqrt(spread / rows + y_mean * y_mean)
    return y_mean, scale


@numba.njit(cache=True)
def ridge_once(x, y, rows, ridge, factors, low, high, pull, aim, tie, push, centred, threshold, limit, b):
    """One ridge on the original scale: coefficients into b, returns the intercept. `threshold` 0 asks for the exact one.

    pull (J,) and aim (J,) add sum(pull*(b-aim)^2)/2 to half of the mean square; tie (J, J) and push (J,) add
    b'(tie)b/2 - (push)'b, what is known of sums of columns, unless they are empty.
    """
    columns = x.shape[1]
    mean = np.empty(columns)
    deviation = np.empty(columns)
    gram = np.empty((columns, columns))
    right = np.empty(columns)
    y_mean, scale = moments(x, y, rows, centred, mean, deviation, gram, right)
    total = 0.0
    for j in range(columns):
        total += max(factors[j], 0.0)
    penalty = np.zeros(columns)
    lower = np.zeros(columns)
    upper = np.zeros(columns)
    for j in range(columns):
        share = max(factors[j], 0.0) * columns / total if total > 0 else 0.0
        penalty[j] = ridge / scale * share if scale > 0 else ridge * share
        if deviation[j] > 0:
            weight = pull[j] / (deviation[j] * deviation[j])
            penalty[j] += weight
            right[j] += weight * aim[j] * deviation[j]
            lower[j] = low[j] * deviation[j]
            upper[j] = high[j] * deviation[j]
        b[j] = 0.0
    for j in range(tie.shape[0]):
        if deviation[j] > 0:
            right[j] += push[j] / deviation[j]
            for k in range(columns):
                if deviation[k] > 0:
                    gram[j, k] += tie[j, k] / (deviation[j] * deviation[k])
    if threshold > 0:
        descend(gram, right, penalty, lower, upper, scale, threshold, limit, b)
    else:
        solve_box(gram, right, penalty, lower, upper, b)
    intercept = y_mean if centred else 0.0
    for j in range(columns):
        b[j] = b[j] / deviation[j] if deviation[j] > 0 else 0.0
        if centred:
            intercept -= b[j] * mean[j]
    return intercept


@numba.njit(cache=True)
def ridge_fit(x, y, rows, ridge, factors, low, high, pull, aim, tie, push, rule, threshold, limit, b):
    """A ridge under an intercept rule. Coefficients into b; returns (intercept, whether it was fitted)."""
    if rule == NONE:
        ridge_once(x, y, rows, ridge, factors, low, high, pull, aim, tie, push, False, threshold, limit, b)
        return 0.0, False
    intercept = ridge_once(x, y, rows, ridge, factors, low, high, pull, aim, tie, push, True, threshold, limit, b)
    if rule == NON_NEGATIVE and intercept < 0:
        ridge_once(x, y, rows, ridge, factors, low, high, pull, aim, tie, push, False, threshold, limit, b)
        return 0.0, False
    return intercept, True


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
             first, weights, alpha, gamma, ridge, factors, train, ends, expected, precision, ties, pushes,
             beta, intercept, inflexion, contribution, losses):  # fmt: skip
    """Evaluate B candidates; the last five arguments are filled.

    media (M, S) up to the window's end S; other (W, K); y (W,); first (B, M) the recursion's share; weights (B, M, R)
    kernels of the other forms; train (B,) fitted rows; ends (B, 2) ends of validation and test slices; beta (B, J) other
    terms first; losses (B, 4): nrmse, validation, test, rssd. expected (M,) and precision (M,) add
    sum(precision*(contribution-expected)^2)/2 to half of the mean square; ties (B, J, J) and pushes (B, J) do as `ridge_once`
    says. Without them their shapes are (1, 0, 0) and (1, 0).
    """
    size, width = alpha.shape
    window, others = other.shape
    columns = others + width
    stop = media.shape[1]
    paid = spend_share.shape[0]
    x = np.empty((window, columns))
    for t in range(window):
        for k in range(others):
            x[t, k] = other[t, k]
    carried = np.empty(stop)
    squares = np.empty(window)
    sums = np.empty(width)
    pull = np.zeros(columns)
    aim = np.zeros(columns)
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
            sums[m] = 0.0
            for t in range(window):
                value = carried[start + t]
                value = 1.0 / (1.0 + (half / value) ** power) if value > 0 and half > 0 else 0.0
                x[t, others + m] = value
                sums[m] += value
        for m in range(width):
            if precision[m] > 0 and sums[m] > 0:
                pull[others + m] = precision[m] * sums[m] * sums[m]
                aim[others + m] = expected[m] / sums[m]
            else:
                pull[others + m] = 0.0
        rows = train[c]
        b = beta[c]
        constant, _ = ridge_fit(x, y, rows, ridge[c], factors[c], low, high, pull, aim, ties[min(c, ties.shape[0] - 1)],
                                pushes[min(c, ties.shape[0] - 1)], rule, threshold, 10000, b)  # fmt: skip
        intercept[c] = constant
        for t in range(window):
            fit = constant
            for j in range(columns):
                fit += b[j] * x[t, j]
            squares[t] = (y[t] - fit) ** 2
        losses[c, 0] = _nrmse(squares, y, 0, rows)
        losses[c, 1] = _nrmse(squares, y, rows, ends[c, 0])
        losses[c, 2] = _nrmse(squares, y, ends[c, 0], ends[c, 1])
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
