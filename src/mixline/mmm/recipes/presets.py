"""Sizes of the search by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixline.errors import SpecificationError
from mixline.mmm.specification import ModelSpec


@dataclass(frozen=True)
class Preset:
    """A named size. `purpose` says in one sentence when to use it."""

    name: str
    trials: int
    iterations: int
    purpose: str

    @property
    def evaluations(self) -> int:
        """Candidates evaluated over all trials."""
        return self.trials * self.iterations


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("test", 2, 300, "To see that data and specification work; the figures are rough."),
        Preset("standard", 5, 2000, "For figures to decide on."),
        Preset("thorough", 10, 5000, "For many channels, or when the standard search has not converged."),
    )
}


def find_preset(name: str) -> Preset:
    """The preset of a name. Raises SpecificationError for an unknown one."""
    if name not in PRESETS:
        raise SpecificationError("unknown preset", where="preset", got=name, expected=", ".join(PRESETS))
    return PRESETS[name]


def apply_preset(spec: ModelSpec, name: str) -> ModelSpec:
    """The specification with the preset's size of search; its seed and everything else stay."""
    preset = find_preset(name)
    return spec.with_search(trials=preset.trials, iterations=preset.iterations)
