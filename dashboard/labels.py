"""Names for people. A channel or term without a label of its own is called after its column; columns are not written for
people, so `price_index` becomes "Price index" and `tv` becomes "TV". Labels somebody gave are left as they are.
"""

from __future__ import annotations

import re
from typing import TypeVar

from pydantic import BaseModel

from mixline.messages import Calibration, Candidates, Comparison, Contributions, Curves, ModelSummary, Movement

Named = TypeVar("Named", bound=BaseModel)

CAPITALS = frozenset(
    {"tv", "ctv", "ooh", "dooh", "seo", "sea", "sem", "ppc", "crm", "pr", "sms", "vod", "dm", "us", "uk"}
)
BRANDS = {"youtube": "YouTube", "tiktok": "TikTok", "linkedin": "LinkedIn", "whatsapp": "WhatsApp"}


def write_label(name: str) -> str:
    """A column's name as a person would write it; names with capitals or spaces are taken for written by a person."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        return name.replace("_", " ")
    words = [word for word in name.split("_") if word]
    written = [BRANDS.get(word, word.upper() if word in CAPITALS else word) for word in words]
    text = " ".join(written)
    return text[:1].upper() + text[1:] if text else name


def label_summary(summary: ModelSummary) -> ModelSummary:
    return summary.model_copy(
        update={"channels": _label(summary.channels, "name"), "terms": _label(summary.terms, "name")}
    )


def label_contributions(contributions: Contributions) -> Contributions:
    return contributions.model_copy(update={"terms": _label(contributions.terms, "name")})


def label_curves(curves: Curves) -> Curves:
    return curves.model_copy(update={"curves": _label(curves.curves, "channel")})


def label_candidates(candidates: Candidates) -> Candidates:
    return candidates.model_copy(update={"channels": _label(candidates.channels, "channel")})


def label_calibration(calibration: Calibration) -> Calibration:
    studies = [
        study.model_copy(
            update={
                "labels": [
                    write_label(label) if label == name else label
                    for label, name in zip(study.labels, study.channels, strict=True)
                ]
            }
        )
        for study in calibration.studies
    ]
    return calibration.model_copy(update={"studies": studies})


def label_comparison(comparison: Comparison) -> Comparison:
    builds = [build.model_copy(update={"terms": _label(build.terms, "name")}) for build in comparison.builds]
    return comparison.model_copy(
        update={
            "models": [label_summary(model) for model in comparison.models],
            "channels": _label(comparison.channels, "name"),
            "stability": _label(comparison.stability, "name"),
            "builds": builds,
        }
    )


def label_movement(movement: Movement) -> Movement:
    builds = [build.model_copy(update={"terms": _label(build.terms, "name")}) for build in movement.builds]
    return movement.model_copy(update={"channels": _label(movement.channels, "name"), "builds": builds})


def _label(items: list[Named], key: str) -> list[Named]:
    labelled = []
    for item in items:
        name, label = getattr(item, key), getattr(item, "label")  # noqa: B009 -- one of several documents
        labelled.append(item.model_copy(update={"label": write_label(name)}) if label in ("", name) else item)
    return labelled
