"""How an attempt at a job ended, in the words that go between a runner process and its worker."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mixline.errors import BusyError, CancelledError, MixlineError, UnavailableError
from mixline.jobs.contract import Handler, JobContext, LeaseLostError

logger = logging.getLogger(__name__)

PASSING = (UnavailableError, BusyError)  # errors that may be gone at the next attempt; all others would come again


@dataclass(frozen=True)
class Succeeded:
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Failed:
    error: Mapping[str, Any]  # MixlineError.to_dict()
    retryable: bool


@dataclass(frozen=True)
class Stopped:
    """The handler stopped because it was asked to, by a person (`cancelled`) or because its worker lost the job."""

    cancelled: bool


Outcome = Succeeded | Failed | Stopped


def run_handler(handler: Handler, context: JobContext) -> Outcome:
    """Run a handler to its end. Never raises: whatever happens is an outcome, with a sentence for people."""
    job_id = context.job.id
    try:
        result = dict(handler(context))
    except CancelledError:
        return Stopped(cancelled=True)
    except LeaseLostError:
        return Stopped(cancelled=False)
    except MixlineError as error:
        logger.warning("job %s failed: %s", job_id, error.sentence, exc_info=error.__cause__)
        return Failed(error.to_dict(), retryable=isinstance(error, PASSING))
    except MemoryError:
        logger.exception("job %s ran out of memory", job_id)
        shortage = MixlineError(
            "the job needed more memory than there is", action="Choose a smaller preset or machine."
        )
        return Failed(shortage.to_dict(), retryable=True)
    except (Exception, SystemExit):
        return Failed(_describe_fault(job_id), retryable=True)
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError):
        return Failed(_describe_fault(job_id), retryable=False)
    return Succeeded(result)


def _describe_fault(job_id: str) -> dict[str, Any]:
    """An error dict for an exception nobody foresaw: a person gets an id, the log gets the traceback under it."""
    correlation = uuid.uuid4().hex[:12]
    logger.exception("job %s failed unexpectedly (id %s)", job_id, correlation)
    error = MixlineError(
        f"something failed inside Mixline (id {correlation})",
        action="The details are in the worker's log; please report them with the id.",
    )
    return {**error.to_dict(), "code": "internal", "correlation_id": correlation}
