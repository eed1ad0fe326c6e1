"""What was recorded from Robyn 3.12.1, as our own types: the model input of its demo and ten of its models.

tests/fixtures/robyn holds the figures (its README says what and how); `WHOLE` is where the uncut recordings lie beside the
project, when they do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from mixline.mmm.calibration.agreement import MediaFit
from mixline.mmm.model import Draws, MixModel, Series
from mixline.mmm.search.result import Prepared
from mixline.mmm.specification import Goal, Media, ModelSpec, Range, Validation
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.losses import split_rows
from mixline.mmm.transforms.ridge import LIMITS_OF_SIGN, lambda_range

ROOT = Path(__file__).resolve().parents[4]
FIXTURES = ROOT / "tests" / "fixtures" / "robyn"
WHOLE = ROOT.parent / "shared" / "data" / "robyn"
MEDIA = ("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P", "newsletter")
OTHER = ("trend", "season", "holiday", "competitor_sales_B", "events")
SPEND = ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S")
GROUPS = ("component",) * 3 + ("context",) * 2
CLOSE = 1e-9  # relative, of every comparison that does not name another


def read(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


DATA = read("demo_data.json")
DATES = np.array(DATA["dates"], dtype="datetime64[D]")
WINDOW = (DATA["window"][0], DATA["window"][1])
MODELS: dict[str, dict[str, Any]] = {m["name"]: m for m in read("models.json")["models"]}


def column(name: str) -> np.ndarray:
    return np.array(DATA["columns"][name], dtype=float)


def form_of(name: str) -> str:
    """The adstock of a recorded model, from its name."""
    return "weibull_pdf" if "pdf" in name else "weibull_cdf" if "cdf" in name else "geometric"


def demo(form: str = "geometric") -> Prepared:
    """Robyn's own model input, with Robyn's limits: a component's coefficient between 0 and 1."""
    spec = ModelSpec(
        Goal("dep_var"), "ds", media_of(form), components=(), validation=Validation(train=Range(0.7, 0.7), leaking=True)
    )
    other, modelled = np.column_stack([column(n) for n in OTHER]), np.column_stack([column(n) for n in MEDIA])
    positive, free = LIMITS_OF_SIGN["positive"], LIMITS_OF_SIGN["either"]
    limits = np.array([(0.0, 1.0)] * 3 + [free] * 2 + [positive] * 6)
    outcome = column("dep_var")
    return Prepared(
        spec=spec,
        interval="week",
        dates=DATES,
        outcome=outcome,
        spend=np.column_stack([DATA["spend"][n] for n in SPEND]),
        media=modelled,
        other=other,
        window=WINDOW,
        media_names=MEDIA,
        other_names=OTHER,
        other_groups=GROUPS,
        low=limits[:, 0],
        high=limits[:, 1],
        ranges=(),
        lambdas=lambda_range(np.column_stack([other, modelled]), outcome),
        cost=np.ones(5),
    )


def media_of(form: str) -> tuple[Media, ...]:
    return tuple(
        Media(m, spend=SPEND[i] if i < len(SPEND) else None, exposure=m, adstock=form) for i, m in enumerate(MEDIA)
    )


def model_of(name: str) -> MixModel:
    """A `MixModel` of one draw with Robyn's recorded parameters and coefficients."""
    recorded, form = MODELS[name], form_of(name)
    hyper, terms = recorded["hyper"], dict(zip(recorded["terms"]["rn"], recorded["terms"]["coef"], strict=True))
    keys = ("thetas",) if form == "geometric" else ("shapes", "scales")
    media = np.column_stack([column(m) for m in MEDIA])
    shape = np.zeros((len(MEDIA), 2))
    for m, medium in enumerate(MEDIA):
        shape[m, : len(keys)] = [hyper[f"{medium}_{key}"] for key in keys]
    top = [adstock(media[:, m], form, *shape[m])[slice(*WINDOW)].max() for m in range(len(MEDIA))]
    return MixModel(
        spec=ModelSpec(Goal("dep_var"), "ds", media_of(form), components=()),
        series=Series(
            dates=DATES,
            outcome=column("dep_var"),
            spend=np.column_stack([DATA["spend"][s] for s in SPEND]),
            media=media,
            other=np.column_stack([column(o) for o in OTHER]),
            window=WINDOW,
            train=split_rows(WINDOW[1] - WINDOW[0], float(hyper.get("train_size", 1)))[0],
        ),
        draws=Draws(
            weights=np.ones(1),
            adstock=shape[None],
            alpha=np.array([[hyper[f"{m}_alphas"] for m in MEDIA]]),
            inflexion=np.array([[hyper[f"{m}_gammas"] for m in MEDIA]]) * np.array(top),
            beta=np.array([[terms[m] for m in MEDIA]]),
            coefficients=np.array([[terms[o] for o in OTHER]]),
            intercept=np.array([terms["(Intercept)"]]),
            candidate=np.zeros(1, dtype=np.int64),
            chosen=0,
        ),
        media_names=MEDIA,
        other_names=OTHER,
        other_groups=GROUPS,
        interval="week",
        candidates={},
        metrics={},
        reason="recorded",
    )


def recorded_media(name: str) -> MediaFit:
    """The media of a recorded geometric model as the calibration and the response call want them."""
    model = MODELS[name]
    hyper, coefficients = model["hyper"], dict(zip(model["terms"]["rn"], model["terms"]["coef"], strict=True))
    media = np.column_stack([column(m) for m in MEDIA])
    theta = np.array([hyper[f"{m}_thetas"] for m in MEDIA])
    top = np.array([adstock(media[:, i], "geometric", theta[i])[slice(*WINDOW)].max() for i in range(len(MEDIA))])
    return MediaFit(
        names=MEDIA,
        forms=("geometric",) * len(MEDIA),
        media=media,
        adstock=np.column_stack([theta, np.zeros(len(MEDIA))]),
        alpha=np.array([hyper[f"{m}_alphas"] for m in MEDIA]),
        inflexion=np.array([hyper[f"{m}_gammas"] for m in MEDIA]) * top,
        beta=np.array([coefficients[m] for m in MEDIA]),
    )
