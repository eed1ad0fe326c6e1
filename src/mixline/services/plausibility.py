"""What a specification can say and nobody means: said before a run is queued, beside its field.

The engine computes with it all the same; a person would read the result wrongly. Models that are there already stay readable,
as this is asked of what is to be launched only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixline.errors import SpecificationError

if TYPE_CHECKING:
    from mixline.mmm.specification import ModelSpec, Study

LONGEST_LABEL = 60  # characters: what a figure's axis and a card can still show
LEAST_SURE = 0.01  # a share: 95 % written as 0.95 in a field of per cent arrives as 0.0095


def check_plausible(spec: ModelSpec) -> None:
    """Raises SpecificationError for labels that cannot be told apart or shown, and for studies nobody ran."""
    called: dict[str, str] = {}
    for place, medium in enumerate(spec.media):
        label = medium.label or medium.name
        other = called.setdefault(label.casefold(), medium.name)
        if other != medium.name:
            raise SpecificationError(
                "two channels are shown under one name",
                where=f"media[{place}].label",
                got=label,
                expected="a name of its own for each channel",
                action=f"Rename this one or {other}: figures and tables could not tell them apart.",
            )
        _check_length(label, f"media[{place}].label")
    for place, context in enumerate(spec.context):
        _check_length(context.label, f"context[{place}].label")
    _check_length(spec.goal.label, "goal.label")
    for place, study in enumerate(spec.studies):
        _check_study(study, f"studies[{place}]")


def _check_length(label: str, where: str) -> None:
    if len(label) > LONGEST_LABEL:
        raise SpecificationError(
            "the name is too long to be shown",
            where=where,
            got=f"{len(label)} characters",
            expected=f"at most {LONGEST_LABEL}",
            action="Shorten it.",
        )


def _check_study(study: Study, where: str) -> None:
    if study.spend < 0:
        raise SpecificationError(
            "the spend of a study is below zero",
            where=f"{where}.spend",
            got=f"{study.spend:,.15g}",
            expected="0 or more",
            action="Give what was spent on the channels between both days; where spend was cut, what was left of it.",
        )
    if 0 < study.confidence < LEAST_SURE:
        raise SpecificationError(
            "the study is hardly sure of anything",
            where=f"{where}.confidence",
            got=f"{study.confidence:.6g}",
            expected="from 0.01 (1 %) to 1 (100 %)",
            action="Write 95 % as 0.95.",
        )
