"""Can this model be trusted? Every check in turn, and one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mixline.mmm.checks.findings import Answer, Check, Finding, Reading, ask
from mixline.mmm.checks.rules import CHECKS
from mixline.mmm.model import MixModel

Verdict = Literal["trust", "care", "do_not_use"]
ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Review:
    """The verdict and what it rests on, the worst finding first; and the answer of every check, passed ones included."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    answers: tuple[Answer, ...] = ()

    @property
    def worst(self) -> Finding | None:
        return self.findings[0] if self.findings else None


def review(model: MixModel, checks: Sequence[Check] = CHECKS) -> Review:
    """Run the checks. One error: do not use; one warning: use with care; notes alone: trust."""
    reading = Reading(model)
    answers = tuple(ask(check, reading) for check in checks)
    found = [finding for answer in answers for finding in answer.findings]
    findings = tuple(sorted(found, key=lambda finding: ORDER[finding.severity]))
    severities = {finding.severity for finding in findings}
    verdict: Verdict = "do_not_use" if "error" in severities else "care" if "warning" in severities else "trust"
    return Review(verdict, findings, answers)


__all__ = ["Answer", "Finding", "Review", "Verdict", "review"]
