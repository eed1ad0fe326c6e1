from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mixline.errors import BusyError, CancelledError, DataError, IntegrityError, MixlineError, UnavailableError
from mixline.jobs.contract import JobContext, LeaseLostError
from mixline.jobs.outcomes import Failed, Stopped, Succeeded, run_handler


class NamedJob:
    id = "1" * 32


class Context:
    """As much of a context as these handlers use."""

    job = NamedJob()


def run(handler: Callable[[JobContext], Mapping[str, Any]]) -> object:
    return run_handler(handler, Context())  # type: ignore[arg-type]


def raising(error: BaseException) -> Callable[[JobContext], Mapping[str, Any]]:
    def handler(_: JobContext) -> Mapping[str, Any]:
        raise error

    return handler


def test_result_is_handed_on() -> None:
    assert run(lambda _: {"model": "m"}) == Succeeded({"model": "m"})


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (DataError("the spend column holds text"), False),
        (IntegrityError("the bytes have changed"), False),
        (UnavailableError("the warehouse does not answer"), True),
        (BusyError("the warehouse is busy", retry_after=3), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_errors_that_pass_are_tried_again(error: MixlineError, retryable: bool) -> None:
    assert run(raising(error)) == Failed(error.to_dict(), retryable=retryable)


def test_stopping_is_no_failure() -> None:
    assert run(raising(CancelledError("stopped"))) == Stopped(cancelled=True)
    assert run(raising(LeaseLostError("taken over"))) == Stopped(cancelled=False)


@pytest.mark.parametrize("error", [ZeroDivisionError("secret detail"), SystemExit(3), RecursionError()])
def test_unforeseen_error_is_an_id_for_people_and_a_traceback_in_the_log(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = run(raising(error))
    assert isinstance(outcome, Failed)
    assert outcome.retryable
    assert outcome.error["code"] == "internal"
    assert outcome.error["correlation_id"] in outcome.error["sentence"]
    assert outcome.error["correlation_id"] in caplog.text
    assert "Traceback" in caplog.text
    assert "secret detail" not in str(outcome.error)


def test_want_of_memory_is_said_plainly() -> None:
    outcome = run(raising(MemoryError()))
    assert isinstance(outcome, Failed)
    assert outcome.retryable
    assert "more memory" in outcome.error["sentence"]


@pytest.mark.parametrize("result", [{"value": float("nan")}, {"value": object()}, {1j: 2}])
def test_result_that_is_not_json_fails_for_good(result: dict[Any, Any]) -> None:
    outcome = run(lambda _: result)
    assert isinstance(outcome, Failed)
    assert not outcome.retryable
