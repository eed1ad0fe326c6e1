"""How far a candidate's decomposition lies from the earlier model's: what a refresh has in place of DECOMP.RSSD.

Formula: Robyn 3.12.1, `robyn_run` (`rssd_media`, `rssd_nonmedia`). With shares of the whole fit, every term's own,

    sqrt(mean over paid media of d^2) + sqrt(mean over all other terms of d^2) / (1 - steps / window)

d being the share now less the share before. Other terms are the intercept, components, context and organic media: they may
move less the more of the window is new.
"""

from __future__ import annotations

import numpy as np

from mixline.errors import SpecificationError
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.search.result import Prepared
from mixline.mmm.specification import ModelSpec

INTERCEPT = "intercept"


def refresh_distance(shares: Floats, earlier: Floats, paid: int, *, steps: int, window: int) -> Floats:
    """Distance (C,) of shares (C, N) from earlier ones (N,); the first `paid` of the N terms are the paid media.

    Infinite where a share is not a number. `steps` must be fewer than `window`.
    """
    moved = (shares - earlier) ** 2
    media = np.sqrt(moved[:, :paid].mean(1)) if paid else np.zeros(len(shares))
    rest = np.sqrt(moved[:, paid:].mean(1)) if moved.shape[1] > paid else np.zeros(len(shares))
    return np.nan_to_num(media + rest / (1.0 - steps / window), nan=np.inf, posinf=np.inf)


def require_earlier_rows(spec: ModelSpec, window: int) -> None:
    """Raise SpecificationError when a refresh leaves nothing of the earlier window in one of `window` periods."""
    if spec.refresh is not None and spec.refresh.steps >= window:
        raise SpecificationError(
            "nothing of the earlier window is left",
            where="refresh.steps",
            got=f"{spec.refresh.steps} of {window} periods",
            expected=f"fewer than {window}",
            action="Fit a new model, or widen the window.",
        )


def shares_of_fit(contribution: Floats, other: Floats, constant: Floats) -> Floats:
    """Shares (C, M + K + 1) of the window's fit: media, other terms, intercept.

    Args:
        contribution: (C, M), other: (C, K), constant: (C,) totals over the window.
    """
    totals = np.column_stack([contribution, other, constant])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(totals / totals.sum(1, keepdims=True))


def distance_from_earlier(prepared: Prepared, shares: Floats) -> Floats:
    """`refresh_distance` of shares in the order of `shares_of_fit`; a term the earlier model did not have was 0 there.

    Without a refresh in the specification there is no earlier model, and every distance is 0.
    """
    refresh = prepared.spec.refresh
    if refresh is None:
        return np.zeros(len(shares))
    names = (*prepared.media_names, *prepared.other_names, INTERCEPT)
    earlier = np.array([refresh.shares.get(name, 0.0) for name in names])
    paid = prepared.spend.shape[1]
    # A fold of a back-test may have a window shorter than what the refresh added.
    window = max(prepared.window_rows, refresh.steps + 1)
    return refresh_distance(shares, earlier, paid, steps=refresh.steps, window=window)


def shares_of_model(model: MixModel) -> dict[str, float]:
    """Share of the fit of every term of a model, by name: of the weighted means over the draws, as every page shows them."""
    from mixline.mmm.response import contributions

    return {term.name: float(term.share) for term in contributions(model).terms}
