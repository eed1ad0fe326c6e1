"""`python -m gcp.trainer.warm`: compile the engine's kernels into the cache, so that the first fit need not."""

from __future__ import annotations

from mixline.mmm.fitting import fit
from mixline.mmm.simulation.simulate import simulate


def main() -> None:
    """Fit a tiny simulated world once with every adstock, which calls every kernel there is."""
    from dataclasses import replace

    from mixline.mmm.transforms.adstock import ADSTOCKS

    world = simulate("clean", seed=1, weeks=60, channels=3)
    for name in ADSTOCKS:
        media = tuple(replace(medium, adstock=name) for medium in world.spec.media)
        fit(replace(world.spec, media=media).with_search(trials=1, iterations=40), world.frame)


if __name__ == "__main__":
    main()
