"""Parameters of a fitted model's channels as the search knows them: of the chosen candidate and of the draws."""

from __future__ import annotations

import numpy as np

from mixline.errors import ConflictError
from mixline.mmm.ensemble.candidate_table import chosen_row
from mixline.mmm.estimates import weighted_quantiles
from mixline.mmm.media_effects import shapes_of
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.transforms.adstock import adstock, adstock_named


def chosen_parameters(model: MixModel, channel: int) -> dict[str, float]:
    """Values of the chosen candidate: the adstock's own parameters, alpha, gamma.

    Raises:
        ConflictError: the model does not hold them, being too old or made elsewhere.
    """
    name, row, table = model.media_names[channel], chosen_row(model), model.candidates
    own = adstock_named(model.spec.ordered_media[channel].adstock).parameters
    columns = dict(zip(own, ("first", "second"), strict=False)) | {"alpha": "alpha", "gamma": "gamma"}
    missing = [column for column in columns.values() if f"{name}:{column}" not in table]
    if missing:
        raise ConflictError(
            "the model was saved without the parameters a refresh starts from",
            where=f"channel {name}",
            got=", ".join(missing) + " missing",
            action="Fit the model again here; the new model has them.",
        )
    return {parameter: float(table[f"{name}:{column}"][row]) for parameter, column in columns.items()}


def drawn_parameters(model: MixModel, channel: int) -> dict[str, Floats]:
    """The same of every draw, each (D,)."""
    own = adstock_named(model.spec.ordered_media[channel].adstock).parameters
    drawn = {parameter: model.draws.adstock[:, channel, place] for place, parameter in enumerate(own)}
    return drawn | {"alpha": model.draws.alpha[:, channel], "gamma": drawn_gamma(model, channel)}


def drawn_gamma(model: MixModel, channel: int) -> Floats:
    """Half-saturation of every draw (D,) as a share of the largest adstocked level of the rows fitted on."""
    shapes = shapes_of(model, channel)
    peak = peaks(model, channel, shapes.first, shapes.second)
    return np.asarray((shapes.inflexion / np.where(peak > 0, peak, 1.0))[shapes.row])


def peaks(model: MixModel, channel: int, first: Floats, second: Floats) -> Floats:
    """Largest adstocked level (U,) of the rows fitted on, or of the whole window where the specification lets it leak."""
    start, stop = model.series.window
    end = stop if model.spec.validation.leaking else start + model.series.train
    form = model.spec.ordered_media[channel].adstock
    level = adstock(model.series.media[:end, channel], form, first, second, periods=len(model.series.dates))
    return np.asarray(level[:, start:].max(1))


def drawn_range(model: MixModel, values: Floats) -> tuple[float, float]:
    """Where nine tenths of the draws lie."""
    low, high = weighted_quantiles(values, model.draws.weights, (0.05, 0.95))
    return float(low), float(high)
