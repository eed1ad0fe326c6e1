"""`mixline demo`: the main job without servers."""

from __future__ import annotations

import os

import click

from mixline.cli.output import print_json, show_progress
from mixline.cli.reading import print_roi


@click.command()
@click.option("--country", type=click.Choice(["DE", "FR"]), default="DE", show_default=True)
@click.option("--preset", type=click.Choice(["test", "standard", "thorough"]), default="test", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def demo(country: str, preset: str, as_json: bool) -> None:
    """Simulate the demo's market, fit it and print its ROI table beside the truth.

    \b
    Example:
      mixline demo
      mixline demo --preset standard --country FR
    """
    from mixline.mmm.fitting import fit
    from mixline.mmm.presets import apply_preset
    from mixline.mmm.response import channel_results
    from mixline.mmm.simulate import simulate_demo

    world = simulate_demo()[country]
    spec = apply_preset(world.spec, preset)
    with show_progress(f"Fitting the demo ({country})", quiet=as_json) as report:
        model = fit(spec, world.frame, processes=os.cpu_count() or 1, progress=report)
    if as_json:
        print_json(
            [
                {"channel": c.name, "roi": c.roi.value, "low": c.roi.low, "high": c.roi.high}
                for c in channel_results(model)
            ]
        )
        return
    print_roi(model)
    click.echo(model.reason)
