"""What has to be known of a model that another tool fitted: it is one answer, and not known how sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mixline.mmm.checks.findings import Finding, Reading

TOOLS = {"robyn": "Robyn"}  # by `MixModel.facts["engine"]`


@dataclass(frozen=True)
class ImportedCheck:
    """Was the model imported? Then its ranges are points, which is not the same as being sure."""

    def applies(self, reading: Reading) -> bool:
        return str(reading.model.facts.get("engine", "")) in TOOLS

    def run(self, reading: Reading) -> Iterator[Finding]:
        tool = TOOLS.get(str(reading.model.facts.get("engine", "")))
        if tool is None:
            return
        yield Finding(
            "imported",
            "warning",
            f"Imported from {tool}, so there are no ranges",
            f"{tool} exports one model, and every range of it is a point. How sure its figures are is not known.",
            "Fit the same specification with Mixline before a large decision.",
        )
