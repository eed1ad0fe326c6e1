"""The marketing mix engine. `import mixline.mmm as mmm; model = mmm.fit(spec, frame)`.

Public names are loaded when they are first used: reading a model needs numpy only, fitting one needs the trainer's packages.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mixline.mmm.backtest.forecasts import backtest as run_backtest
    from mixline.mmm.backtest.result import Backtest, read_backtest
    from mixline.mmm.calibration.results import calibration_results as compare_studies
    from mixline.mmm.checks.review import review
    from mixline.mmm.curves import curves as response_curves
    from mixline.mmm.curves import expected_outcome
    from mixline.mmm.ensemble.choice import choose_candidate
    from mixline.mmm.fitting import fit
    from mixline.mmm.frames import candidates_frame, channels_frame, contributions_frame, curves_frame, terms_frame
    from mixline.mmm.model import MixModel
    from mixline.mmm.model_file import read_model, write_model
    from mixline.mmm.movement.comparison import compare_models
    from mixline.mmm.movement.refresh import refresh_spec
    from mixline.mmm.planner import Bounds, ChannelGroup, Planner, PlanRequest, plan
    from mixline.mmm.recipes.document import read_yaml, write_yaml
    from mixline.mmm.response import channel_results, contributions, fit_quality, totals
    from mixline.mmm.simulation.simulate import simulate as simulate_world
    from mixline.mmm.simulation.worlds import WORLDS
    from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range, Search, Study, Validation

# Where each name lives; "module:name" where a module and its function share a name.
_HOME = {
    "Backtest": "backtest.result",
    "Bounds": "planner",
    "ChannelGroup": "planner",
    "Context": "specification",
    "Goal": "specification",
    "Media": "specification",
    "MixModel": "model",
    "ModelSpec": "specification",
    "PlanRequest": "planner",
    "Planner": "planner",
    "Range": "specification",
    "Search": "specification",
    "Study": "specification",
    "Validation": "specification",
    "WORLDS": "simulation.worlds",
    "candidates_frame": "frames",
    "channel_results": "response",
    "channels_frame": "frames",
    "choose_candidate": "ensemble.choice",
    "compare_models": "movement.comparison",
    "compare_studies": "calibration.results:calibration_results",
    "contributions": "response",
    "contributions_frame": "frames",
    "curves_frame": "frames",
    "expected_outcome": "curves",
    "fit": "fitting",
    "fit_quality": "response",
    "plan": "planner",
    "read_backtest": "backtest.result",
    "read_model": "model_file",
    "read_yaml": "recipes.document",
    "refresh_spec": "movement.refresh",
    "response_curves": "curves:curves",
    "review": "checks.review",
    "run_backtest": "backtest.forecasts:backtest",
    "simulate_world": "simulation.simulate:simulate",
    "terms_frame": "frames",
    "totals": "response",
    "write_model": "model_file",
    "write_yaml": "recipes.document",
}

__all__ = [
    "WORLDS",
    "Backtest",
    "Bounds",
    "ChannelGroup",
    "Context",
    "Goal",
    "Media",
    "MixModel",
    "ModelSpec",
    "PlanRequest",
    "Planner",
    "Range",
    "Search",
    "Study",
    "Validation",
    "candidates_frame",
    "channel_results",
    "channels_frame",
    "choose_candidate",
    "compare_models",
    "compare_studies",
    "contributions",
    "contributions_frame",
    "curves_frame",
    "expected_outcome",
    "fit",
    "fit_quality",
    "plan",
    "read_backtest",
    "read_model",
    "read_yaml",
    "refresh_spec",
    "response_curves",
    "review",
    "run_backtest",
    "simulate_world",
    "terms_frame",
    "totals",
    "write_model",
    "write_yaml",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, inside = _HOME[name].partition(":")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), inside or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
