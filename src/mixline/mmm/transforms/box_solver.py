# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""Least squares with a ridge and limits, on the Gram matrix: glmnet's path to it, and the exact solution. Compiled.

Inner loops run along rows of a matrix and touch every element once, so that the machine takes several at a time without
changing the order of any sum. What is changed here changes `kernel.SOLVER` too (a test says to what).
"""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True)
def _slopes(gram, right, b, out):
    """right - gram b, a column at a time: neighbours are summed side by side, each in the same order."""
    columns = b.shape[0]
    for k in range(columns):
        out[k] = right[k]
    for j in range(columns):
        value = b[j]
        if value != 0.0:
            row = gram[j]
            for k in range(columns):
                out[k] -= row[k] * value


@numba.njit(cache=True)
def descend(gram, right, penalty, low, high, scale, threshold, limit, b):
    """glmnet's cyclic coordinate descent on the Gram matrix, in glmnet's order and with its stopping rule.

    Minimises b'Gb/2 - r'b + sum(penalty*b*b)/2 within limits; stops when the largest G_jj*step^2/scale^2 of a sweep over
    all columns is below `threshold`. Works on b in place. Returns the number of sweeps.
    """
    columns = b.shape[0]
    active = np.empty(columns, np.int64)
    entered = np.zeros(columns, np.bool_)
    rest = np.empty(columns)
    count = 0
    sweeps = 0
    full = True
    while sweeps < limit:
        sweeps += 1
        largest = 0.0
        size = columns if full else count
        if full:
            _slopes(gram, right, b, rest)  # anew, so that rounding does not add up
        for place in range(size):
            j = place if full else active[place]
            if low[j] == 0.0 and high[j] == 0.0:
                continue
            row = gram[j]
            old = b[j]
            new = (rest[j] + row[j] * old) / (row[j] + penalty[j])
            new = max(low[j], min(high[j], new))
            if new == old:
                continue
            if not entered[j]:
                entered[j] = True
                active[count] = j
                count += 1
            b[j] = new
            step = new - old
            for k in range(columns):
                rest[k] -= row[k] * step
            largest = max(largest, row[j] * step * step)
        if largest < threshold * scale * scale:
            if full:
                break
            full = True
        else:
            full = False
    return sweeps


@numba.njit(cache=True)
def _solve_free(hessian, right, free, count, b, work, out):
    """Cholesky on the free columns, the others held at b. False when the matrix is not positive definite.

    The upper factor is made row by row from the rows above it, four at a time, so that inner loops run along rows.
    """
    columns = b.shape[0]
    for k in range(columns):
        work[0, k] = b[k]
    for p in range(count):
        work[0, free[p]] = 0.0
    _slopes(hessian, right, work[0], work[1])
    for p in range(count):
        out[p] = work[1, free[p]]
    for p in range(count):
        i = free[p]
        source = hessian[i]
        row = work[p, p:count]
        for q in range(p, count):
            row[q - p] = source[free[q]]
        k = 0
        while k + 4 <= p:
            one, two, three, four = work[k, p:count], work[k + 1, p:count], work[k + 2, p:count], work[k + 3, p:count]
            a, b_, c, d = one[0], two[0], three[0], four[0]
            for q in range(row.shape[0]):
                row[q] -= (a * one[q] + b_ * two[q]) + (c * three[q] + d * four[q])
            k += 4
        while k < p:
            one = work[k, p:count]
            a = one[0]
            for q in range(row.shape[0]):
                row[q] -= a * one[q]
            k += 1
        if row[0] <= 1e-13 * source[i]:
            return False
        root = np.sqrt(row[0])
        for q in range(row.shape[0]):
            row[q] /= root
    for p in range(count):
        row, below = work[p, p:count], out[p:count]
        value = below[0] / row[0]
        for q in range(row.shape[0]):
            below[q] -= row[q] * value
        below[0] = value
    for p in range(count - 1, -1, -1):
        value = out[p]
        for q in range(p + 1, count):
            value -= work[p, q] * out[q]
        out[p] = value / work[p, p]
    return True


@numba.njit(cache=True)
def solve_box(gram, right, penalty, low, high, b):
    """The exact minimiser of b'Gb/2 - r'b + sum(penalty*b*b)/2 with low <= b <= high, started from b.

    A few sweeps of coordinate descent find most of the active set. Then exact solves on the free columns: as long as fewer
    and fewer conditions are broken, all of them are put right at once (block pivoting; Portugal, Judice and Vicente 1994).
    If not, one limit at a time is added or released (primal active set): the objective never rises, so it ends. Falls back
    to long coordinate descent where the free block is singular (collinear columns without penalty).
    """
    columns = b.shape[0]
    size = 0.0
    for j in range(columns):
        b[j] = max(low[j], min(high[j], b[j]))
        size += right[j] * right[j]
    descend(gram, right, penalty, low, high, 1.0, 0.0, 4, b)
    hessian = gram.copy()
    held = np.zeros(columns, np.bool_)
    for j in range(columns):
        hessian[j, j] += penalty[j]
        held[j] = b[j] == low[j] or b[j] == high[j]
    free = np.empty(columns, np.int64)
    work = np.empty((columns + 1, columns))
    target = np.empty(columns)
    exact = b.copy()
    slope = np.empty(columns)
    fewest = columns + 1
    patience = 3
    for _ in range(10 * columns + 40):
        count = 0
        for j in range(columns):
            if not held[j]:
                free[count] = j
                count += 1
        if not _solve_free(hessian, right, free, count, b, work, target):
            for j in range(columns):
                b[j] = max(low[j], min(high[j], b[j]))
            descend(gram, right, penalty, low, high, 1.0, 1e-22 * size, 20000, b)
            return
        step = 1.0
        blocking = -1
        broken = 0
        for j in range(columns):
            exact[j] = b[j]
        for p in range(count):
            j = free[p]
            exact[j] = target[p]
            if low[j] <= target[p] <= high[j]:
                continue
            broken += 1
            move = target[p] - b[j]
            share = ((low[j] if target[p] < low[j] else high[j]) - b[j]) / move if move != 0 else 0.0
            if share < step:
                step = max(share, 0.0)
                blocking = j
        if patience == 0 and blocking >= 0:
            for p in range(count):
                j = free[p]
                b[j] = max(low[j], min(high[j], b[j] + step * (target[p] - b[j])))
            b[blocking] = low[blocking] if exact[blocking] < low[blocking] else high[blocking]
            held[blocking] = True
            continue
        _slopes(hessian, right, exact, slope)
        worst = 0.0
        release = -1
        for j in range(columns):
            if not held[j] or low[j] == high[j]:
                continue
            if (b[j] == low[j] and slope[j] > 0) or (b[j] == high[j] and slope[j] < 0):
                gain = abs(slope[j]) / np.sqrt(hessian[j, j])
                if gain > 1e-14 * abs(right[j]):
                    broken += 1
                    if patience > 0:
                        held[j] = False
                    elif gain > worst:
                        worst = gain
                        release = j
        for p in range(count):
            j = free[p]
            b[j] = max(low[j], min(high[j], exact[j]))
            held[j] = not low[j] <= exact[j] <= high[j]
        if broken == 0:
            return
        if patience == 0:
            if release >= 0:
                held[release] = False
        elif broken < fewest:
            fewest = broken
            patience = 3
        else:
            patience -= 1
            if patience == 0:
                descend(gram, right, penalty, low, high, 1.0, 0.0, 4, b)
                for j in range(columns):
                    held[j] = b[j] == low[j] or b[j] == high[j]
