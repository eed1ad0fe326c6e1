"""What has to be known of a model whose candidate a person chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mixline.mmm.checks.findings import Finding, Reading
from mixline.mmm.ensemble.candidate_table import candidate_error, chosen_row, read_choice
from mixline.mmm.ensemble.selection import TOLERANCE


@dataclass(frozen=True)
class ChosenByPersonCheck:
    """Did a person choose the candidate, and does the data speak against it?

    Within the search's own tolerance of the best error the data cannot tell candidates apart, and a person may decide. Beyond
    it the choice goes against the data. A warning either way: the ranges leave a doubt out.
    """

    tolerance: float = TOLERANCE

    def applies(self, reading: Reading) -> bool:
        return read_choice(reading.model) is not None

    def run(self, reading: Reading) -> Iterator[Finding]:
        choice = read_choice(reading.model)
        if choice is None:
            return
        error = candidate_error(reading.model)
        worse = float(error[chosen_row(reading.model)] / np.nanmin(error) - 1.0)
        against = worse > self.tolerance
        who = "A person chose this candidate" if choice.note else "The search did not choose this candidate"
        yield Finding(
            "chosen_by_person",
            "warning",
            f"{who}, against the data" if against and choice.note else f"{who}, so the ranges are narrower",
            f"Its error is {worse:.1%} above the lowest. The ranges hold if its carry-over and saturation are right; "
            "the search's own model also counts the doubt about those.",
            "Look at the search's own model too before a large decision.",
            worse,
        )
