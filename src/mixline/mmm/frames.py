"""A model's figures as pandas tables, one function per question. The figures are those of `mixline.mmm.response`.

An uncertain figure takes five columns: its name, then `_low`, `_high` (90 % range) and `_low50`, `_high50` (50 % range).
Money is in the model's currency. Imports pandas when a function is called, so that reading a model does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mixline.mmm.curves import POINTS, curves
from mixline.mmm.estimates import Band, Estimate
from mixline.mmm.model import MixModel
from mixline.mmm.response import Period, channel_results, contributions

if TYPE_CHECKING:
    import pandas as pd


def channels_frame(model: MixModel) -> pd.DataFrame:
    """A row per paid channel: spend, contribution, ROI (cost per acquisition for conversions), shares, memory, saturation."""
    import pandas as pd

    rows = []
    for result in channel_results(model):
        row: dict[str, Any] = {"label": result.label, "kind": result.kind, "spend": result.spend}
        row |= _figure("contribution", result.contribution) | _figure("roi", result.roi)
        row |= _figure("marginal_roi", result.marginal_roi)
        if result.cpa is not None:
            row |= _figure("cpa", result.cpa)
        row |= {"share_of_spend": result.share_of_spend} | _figure("share_of_effect", result.share_of_effect)
        row |= {
            "immediate_share": result.immediate_share,
            "half_life_periods": result.half_life_periods,
            "saturation_share": result.saturation_share,
            "probability_profitable": result.probability_profitable,
        }
        rows.append(row)
    return pd.DataFrame(rows, index=pd.Index(model.paid_names, name="channel"))


def contributions_frame(model: MixModel, period: Period | None = None, *, ranges: bool = False) -> pd.DataFrame:
    """A row per date, a column per term: they add up to the column `fitted`. With `ranges`, each term's range beside it.

    Raises:
        InputError: a period shorter than the model's interval, or an unknown one.
    """
    import pandas as pd

    parts = contributions(model, period)
    columns: dict[str, Any] = {"actual": parts.actual, "fitted": parts.fitted}
    for term in parts.terms:
        columns |= _figure(term.name, term.series) if ranges else {term.name: term.series.value}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(parts.dates, name="date"))


def terms_frame(model: MixModel) -> pd.DataFrame:
    """A row per term of the outcome (baseline, context, organic and paid media): its total, range and share of the fit."""
    import pandas as pd

    terms = contributions(model).terms
    rows = [{"label": t.label, "group": t.group} | _figure("contribution", t.total) | {"share": t.share} for t in terms]
    return pd.DataFrame(rows, index=pd.Index([t.name for t in terms], name="term"))


def curves_frame(model: MixModel, points: int = POINTS) -> pd.DataFrame:
    """Response curves in long form: a row per channel and mean spend per period."""
    import pandas as pd

    tables = []
    for curve in curves(model, points):
        columns: dict[str, Any] = {"channel": curve.name, "spend": curve.spend}
        columns |= _figure("outcome", curve.outcome)
        columns |= {"marginal": curve.marginal, "observed": curve.spend <= curve.observed_maximum}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def candidates_frame(model: MixModel) -> pd.DataFrame:
    """The candidates the model kept of its search, a row each; the index is what `choose_candidate` takes."""
    import pandas as pd

    return pd.DataFrame(dict(model.candidates)).rename_axis("candidate")


def _figure(name: str, figure: Estimate | Band) -> dict[str, Any]:
    return {
        name: figure.value,
        f"{name}_low": figure.low,
        f"{name}_high": figure.high,
        f"{name}_low50": figure.low50,
        f"{name}_high50": figure.high50,
    }
