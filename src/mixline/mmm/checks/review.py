"""Can this model be trusted? Every check in turn, and one verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mixline.mmm.checks.findings import Check, Finding, Reading
from mixline.mmm.checks.rules import CHECKS
from mixline.mmm.model import MixModel

Verdict = Literal["trust", "care", "do_not_use"]
ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Review:
    """The verdict and what it rests on, the worst finding first."""

    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Finding | None:
        return self.findings[0] if self.findings else None


def review(model: MixModel, checks: Sequence[Check] = CHECKS) -> Review:
    """Run the checks. One error: do not use; one warning: use with care; notes alone: trust."""
    reading = Reading(model)
    found = [finding for check in checks for finding in check.run(reading)]
    findings = tuple(sorted(found, key=lambda finding: ORDER[finding.severity]))
    severities = {finding.severity for finding in findings}
    verdict: Verdict = "do_not_use" if "error" in severities else "care" if "warning" in severities else "trust"
    return Review(verdict, findings)


__all__ = ["Finding", "Review", "Verdict", "review"]
