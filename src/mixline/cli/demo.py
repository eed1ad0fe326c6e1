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
    from mixline.data.mapping import choices_from, draft_spec
    from mixline.data.roles import suggest_columns
    from mixline.mmm.fitting import fit
    from mixline.mmm.recipes.presets import apply_preset
    from mixline.mmm.response import channel_results
    from mixline.mmm.simulation.demo_world import build_demo

    world = build_demo()
    choices = choices_from(suggest_columns(world.frame))
    drafted = draft_spec(
        world.frame, choices, goal_kind="revenue", currency="EUR", holiday_country=country, segment_value=country
    )
    with show_progress(f"Fitting the demo ({country})", quiet=as_json) as report:
        model = fit(apply_preset(drafted, preset), world.frame, processes=os.cpu_count() or 1, progress=report)
    truth = world.truths[country].roi
    if as_json:
        print_json(
            [
                {
                    "channel": channel.name,
                    "roi": channel.roi.value,
                    "roi_low": channel.roi.low,
                    "roi_high": channel.roi.high,
                    "roi_true": truth.get(channel.name),
                }
                for channel in channel_results(model)
            ]
        )
        return
    print_roi(model, truth=truth)
    click.echo("The demo is a simulated market, so the true ROI is known and printed beside the estimate.")
    click.echo(model.reason)
