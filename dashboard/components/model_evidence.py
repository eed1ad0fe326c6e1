"""Two tests of a model against what it was not told: its forecasts against what came, and itself against experiments."""

from __future__ import annotations

from dash import html

from dashboard.components.panels import panel
from dashboard.figures.backtest import draw_backtest
from dashboard.figures.format import join_ends, keep_together, write_date, write_share
from dashboard.figures.lift_studies import draw_studies
from dashboard.view import View
from dashboard.words import write_sentence
from mixline.messages import Backtest, BacktestChannel, Calibration, CalibrationStudy

MOVED = 1.5  # highest ROI over the lowest: more is worth a line


def backtest_panel(backtest: Backtest, view: View) -> html.Section:
    """The forecasts, or in one sentence why there are none."""
    if not backtest.folds:
        return _absent("Forecasts of what it had not seen", backtest.words)
    labels = {channel.name: channel.label for channel in view.summary.channels}
    moved = sorted((c for c in backtest.channels if (c.movement or 0) > MOVED), key=lambda c: -(c.movement or 0))
    words = [backtest.words, *[_moved(channel, labels, view) for channel in moved[:3]]]
    items = [html.Li(keep_together(write_sentence(text))) for text in words if text]
    return panel(draw_backtest(backtest, view.look), html.Ul(items, className="words"))


def calibration_panel(calibration: Calibration, view: View) -> html.Section:
    """The experiments, or in one sentence why there are none."""
    if not calibration.studies:
        return _absent("Calibration against experiments", calibration.words)
    known = {channel.name: channel.label for channel in view.summary.channels}
    named = [
        study.model_copy(
            update={"labels": [known.get(c, label) for c, label in zip(study.channels, study.labels, strict=True)]}
        )
        for study in calibration.studies
    ]
    document = calibration.model_copy(update={"studies": named})
    items = [
        html.Li([html.Strong(_name(study)), f" – {keep_together(write_sentence(study.words))}"]) for study in named
    ]
    return panel(
        draw_studies(document, view.look),
        html.Ul([html.Li(keep_together(write_sentence(calibration.words))), *items], className="words"),
    )


def _absent(title: str, words: str) -> html.Section:
    return html.Section(
        [html.H2(title), html.P(keep_together(write_sentence(words)), className="figure-note")], className="panel"
    )


def _name(study: CalibrationStudy) -> str:
    return f"{' + '.join(study.labels)}, {write_date(study.start)}"


def _moved(channel: BacktestChannel, labels: dict[str, str], view: View) -> str:
    unit = view.look.unit
    ends = [unit.roi(end(e.value for e in channel.roi if e is not None)) for end in (min, max)]
    label = labels.get(channel.channel, channel.label)
    change = write_share((channel.movement or 1.0) - 1.0)
    return f"{label}'s ROI moved by {change} between forecasts ({join_ends(*ends)} {unit.roi_per})"
