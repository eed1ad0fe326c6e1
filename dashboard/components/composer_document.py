"""From what the composer shows to a specification document, and from the engine's problems back to what is shown."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.components.composer_fields import BY_PATH, read_number, read_value
from dashboard.components.composer_tables import read_context, read_media, read_studies
from mixline.messages import SpecificationDraft, SpecificationProblem

Row = dict[str, Any]
SECTIONS: dict[str, str] = {
    "goal": "Goal & window",
    "channels": "Channels",
    "context": "Context & baseline",
    "holdout": "Hold-out & back-test",
    "studies": "Lift studies",
    "search": "Search",
}
_SECTION_OF = {
    "goal": "goal", "date_column": "goal", "window_start": "goal", "window_end": "goal", "segment_column": "goal",
    "segment_value": "goal", "media": "channels", "context": "context", "components": "context",
    "holiday_country": "context", "intercept": "context", "penalty_factors": "context", "validation": "holdout",
    "studies": "studies", "search": "search",
}  # fmt: skip
# What is typed in per cent is a share to the engine: its words about one are said in per cent, with what to type.
_PER_CENT: dict[str, tuple[str, str]] = {
    "validation.train": ("above 10 % and at most 100 %", "Type 80 to fit on four fifths of the window."),
    "confidence": ("from 1 % to 100 %", "Type 95 for a study that is 95 % sure."),
}
_SHARE = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w-]|\.\d| rows| of)")
_ENTRY = re.compile(r"(media|context|studies)\[(\d+)\](?:\.(.*))?")


def build_document(
    draft: SpecificationDraft,
    values: Mapping[str, Any],
    channels: Sequence[Row],
    context: Sequence[Row],
    studies: Sequence[Row],
    seed: str | int | None,
) -> dict[str, Any]:
    """The specification a person has put together.

    Args:
        draft: what the composer was opened with; what no control stands for stays as it is there.
        values: what each control holds, by its path.
    """
    document = copy.deepcopy(draft.specification)
    for path, value in values.items():
        if path in BY_PATH and not path.startswith("validation.train"):
            _put(document, path, read_value(BY_PATH[path], value))
    ends = [
        read_value(BY_PATH[f"validation.train.{end}"], values.get(f"validation.train.{end}")) for end in ("low", "high")
    ]
    low, high = (next((end for end in order if end is not None), None) for order in (ends, ends[::-1]))
    document["validation"]["train"] = (
        None if low is None else {"low": low, "high": high}
    )  # one end alone fixes the share
    document["media"] = read_media(draft, channels)
    document["context"] = read_context(draft, context)
    document["studies"] = read_studies(draft, studies)
    document["search"]["seed"] = read_number(seed)
    return document


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        document = document.setdefault(step, {})
    document[last] = value


def section_of(path: str) -> str:
    """The section of the composer a problem belongs to, "" for none."""
    return _SECTION_OF.get(re.split(r"[.\[]", path)[0], "")


def split_problems(
    problems: Iterable[SpecificationProblem], paths: Sequence[str]
) -> tuple[dict[str, str], dict[str, dict[int, str]], list[SpecificationProblem]]:
    """Where each problem is to be shown.

    Returns:
        Sentences by the path of a field; sentences by table ("media", "context", "studies") and entry of the document; the
        ones that belong to neither.
    """
    fields: dict[str, str] = {}
    entries: dict[str, dict[int, str]] = {"media": {}, "context": {}, "studies": {}}
    rest = []
    for problem in problems:
        sentence = write_problem(problem)
        match = _ENTRY.fullmatch(problem.path)
        # One field is named by the problem's path, or is its first part ("search" as a whole: its first field).
        near = [path for path in paths if path == problem.path or path.startswith(problem.path + ".")]
        if match:
            name, place, inner = match[1], int(match[2]), match[3] or ""
            text = f"{write_inner(inner)}: {sentence}" if inner else sentence
            entries[name][place] = " ".join(filter(None, (entries[name].get(place, ""), text)))
        elif near and problem.path and not problem.segment:
            fields[near[0]] = " ".join(filter(None, (fields.get(near[0], ""), sentence)))
        else:
            rest.append(problem)
    return fields, entries, rest


def write_problem(problem: SpecificationProblem) -> str:
    """A problem as a sentence or two."""
    text, expected, action = problem.sentence, problem.expected, problem.action
    last = "validation.train" if problem.path.startswith("validation.train") else problem.path.rpartition(".")[2]
    if last in _PER_CENT:
        head, got, rest = text.partition("; got ")
        text = head + got + (rest if "needed here" in head else _in_per_cent(rest))  # no number: as it was typed
        if "out of range" in head or "hardly sure" in head:
            expected, action = _PER_CENT[last]
    if ".ranges." in problem.path and text.startswith("A number is needed"):
        expected = "a number, or a range such as 0.2 to 0.6"
    if expected and expected.casefold() not in text.casefold():
        text = f"{text.rstrip('.')}; expected {expected}."
    place = f"{problem.segment}: " if problem.segment else ""
    return f"{place}{text} {action}".strip()


def _in_per_cent(got: str) -> str:
    """ "0.008 to 0.008." as "0.8 %."; "23 of 208 rows at a share of 0.11." as "23 of 208 rows at a share of 11 %."."""
    written = _SHARE.sub(lambda match: f"{float(match[0]) * 100:.6g} %", got)
    return re.sub(r"^(-?\S+ %) to \1", r"\1", written)


def place_words(path: str, document: Mapping[str, Any]) -> str:
    """Where a path leads, as a person finds it: "Channels, TV, Memory". Empty where no control stands for it."""
    if path in ("search.seed", "search.batch"):
        return "Advanced, Seed" if path == "search.seed" else "Search"
    match = _ENTRY.fullmatch(path)
    if match:
        entries, number = document.get(match[1]) or [], int(match[2])
        entry = entries[number] if number < len(entries) else {}
        name = f"study {number + 1}" if match[1] == "studies" else entry.get("label") or entry.get("name") or ""
        steps = [SECTIONS[_SECTION_OF[match[1]]], str(name), write_inner(match[3]) if match[3] else ""]
    else:
        field = next((one for one in BY_PATH.values() if one.path == path or one.path.startswith(f"{path}.")), None)
        steps = [SECTIONS.get(section_of(path), ""), field.label if field and path != section_of(path) else ""]
    return ", ".join(step for step in steps if step)


def write_placed(problem: SpecificationProblem, document: Mapping[str, Any]) -> str:
    """A problem away from its field: where it is, then what it is."""
    place = place_words(problem.path, document)
    return f"{place}: {write_problem(problem)}" if place else write_problem(problem)


def write_inner(path: str) -> str:
    """The part of a channel's or study's path a person knows: "ranges.theta" is the memory."""
    names = {"theta": "Memory", "alpha": "Shape of the curve", "gamma": "Half-way point", "shape": "Weibull shape"}
    names |= {"scale": "Weibull scale", "start": "From", "end": "To", "channels": "Channels", "effect": "Lift"}
    names |= {
        "confidence": "Sure",
        "scope": "Measured",
        "adstock": "Carry-over",
        "label": "Name",
        "sign": "Effect",
        "kind": "Kind",
    }
    last = re.sub(r"\[\d+\]", "", path.split(".")[-1])
    return names.get(last, last.replace("_", " ").capitalize())


def count_by_section(problems: Iterable[SpecificationProblem]) -> dict[str, int]:
    """How many problems each section has."""
    counts = dict.fromkeys(SECTIONS, 0)
    for problem in problems:
        section = section_of(problem.path)
        if section:
            counts[section] += 1
    return counts
