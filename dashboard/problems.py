"""The errors a service answers with, as errors of `mixline.errors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import ValidationError

from mixline.errors import (
    BusyError,
    CancelledError,
    ConflictError,
    DataError,
    ForbiddenError,
    InputError,
    IntegrityError,
    MixlineError,
    NotFoundError,
    SettingsError,
    SpecificationError,
    TooLargeError,
    UnavailableError,
)
from mixline.messages import Problem

ERRORS: dict[str, type[MixlineError]] = {
    error.code: error
    for error in (
        InputError,
        DataError,
        SpecificationError,
        SettingsError,
        TooLargeError,
        NotFoundError,
        ConflictError,
        ForbiddenError,
        UnavailableError,
        IntegrityError,
        CancelledError,
    )
}


def read_problem(response: httpx.Response) -> MixlineError:
    """The error a problem document speaks of. `correlation_id` is set on it."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        unknown = UnavailableError(
            "the trainer gave an answer that cannot be read",
            got=f"status {response.status_code}",
            action="Try again; if it stays so, look at the trainer's log.",
        )
        return _mark(unknown, response.headers.get("x-correlation-id", ""))
    parts: Mapping[str, Any] = {"where": problem.where, "expected": problem.expected, "action": problem.action}
    if problem.code == BusyError.code:
        wait = response.headers.get("retry-after", "30")
        error: MixlineError = BusyError(
            problem.title, retry_after=int(wait) if wait.isdigit() else 30, got=problem.got, **parts
        )
    else:
        error = ERRORS.get(problem.code, MixlineError)(problem.title, **parts)
        error.got = problem.got  # already quoted and shortened by the service
        error.status = problem.status
        error.args = (problem.detail or error.sentence,)
    return _mark(error, problem.correlation_id)


def _mark(error: MixlineError, correlation_id: str) -> MixlineError:
    error.correlation_id = correlation_id  # type: ignore[attr-defined]
    return error
