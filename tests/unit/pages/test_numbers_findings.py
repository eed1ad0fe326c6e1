"""What the checks say: every number in a finding's sentence, recomputed with numpy from the model's file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures.format import write_chance
from dashboard.glossary import GLOSSARY
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.checks.autocorrelation import AutocorrelationCheck
from mixline.mmm.checks.review import Finding, review
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from tests.builders import make_model
from tests.unit.pages.said import Said, numbers
from tests.unit.pages.served import serve


def lone_jump(model: MixModel) -> MixModel:
    """One week with four times its outcome."""
    outcome = model.series.outcome.copy()
    outcome[60] *= 4.0
    return replace(model, series=replace(model.series, outcome=outcome))


def together(model: MixModel) -> MixModel:
    """Two channels whose spend always moves alike."""
    spend, media = model.series.spend.copy(), model.series.media.copy()
    spend[:, 1], media[:, 1] = spend[:, 0] * 1.1, media[:, 0] * 1.1
    return replace(model, series=replace(model.series, spend=spend, media=media))


def poor_hold_out(model: MixModel) -> MixModel:
    metrics = {**model.metrics, "nrmse_validation": 0.27, "r2_validation": -0.3}
    return replace(model, metrics=metrics, facts={**model.facts, "trials": unsettled()})


def unsettled() -> list[dict[str, float]]:
    return [{"trial": n, "best": 0.05 + n / 100, "gain_in_last_fifth": 0.04 if n < 3 else 0.0} for n in (1, 2, 3)]


MODELS: dict[str, Callable[[], MixModel]] = {
    "noise": lambda: make_model(periods=60, paid=4, organic=1, draws=8, noise=600.0, seed=1),
    "wide": lambda: make_model(periods=80, paid=4, draws=24, seed=3),
    "conversions": lambda: make_model(periods=80, paid=4, draws=24, seed=3, kind="conversions"),
    "jump": lambda: lone_jump(make_model(periods=120, paid=3, organic=0, draws=4, noise=5.0, seed=2)),
    "alike": lambda: together(make_model(periods=80, paid=3, draws=12, seed=4)),
    "unforeseen": lambda: poor_hold_out(make_model(periods=80, paid=2, draws=12, seed=6)),
}


@pytest.fixture(scope="module", params=list(MODELS))
def model(request: pytest.FixtureRequest) -> MixModel:
    return read_model(write_model(MODELS[request.param]()))


@pytest.fixture(scope="module")
def said(model: MixModel) -> Said:
    return Said(serve(model)("/").page)


def rest(model: MixModel) -> np.ndarray:
    """Actual minus the sum of the terms, in the rows that were fitted on."""
    start, stop = model.series.window
    fitted = np.sum([term.series.value for term in response.contributions(model).terms], axis=0)
    return np.asarray(model.series.outcome[start:stop] - fitted)[: model.series.train]


def expect(model: MixModel, finding: Finding) -> list[str]:
    """The numbers a finding of this kind has to say, in their order."""
    left, (start, stop) = rest(model), model.series.window
    actual = model.series.outcome[start : start + model.series.train]
    channel = next((r for r in response.channel_results(model) if r.name in finding.columns), None)
    scale = 1000 if model.spec.goal.kind == "conversions" else 1

    def back(value: float) -> list[str]:
        if scale == 1:
            return [f"{value:.2f}"]
        many = value * scale
        return [f"{many:,.0f}" if abs(many) >= 100 else f"{many:.3g}", "1,000"]

    if finding.code == "fit":
        return [f"{1 - (left**2).sum() / ((actual - actual.mean()) ** 2).sum():.2f}", "0.8"]
    if finding.code == "autocorrelation":
        steps = (np.diff(left) ** 2).sum() / (left**2).sum()
        own = left - left.mean()
        echoes = [float(own[:-lag] @ own[lag:] / (own @ own)) for lag in range(1, min(13, len(own) // 4) + 1)]
        lag = int(np.abs(echoes).argmax())
        two = ["2"] if steps < 1.5 else []
        return [f"{steps:.2f}", *two, str(lag + 1), f"{echoes[lag]:+.2f}"]
    if finding.code == "observations":
        drivers = len(model.media_names) + len(model.other_names)
        return [str(model.series.train), str(drivers), f"{model.series.train / drivers:.1f}", "10"]
    if finding.code == "wide-range" and channel:
        return [*back(channel.roi.low), *back(channel.roi.high)]
    if finding.code == "hold-out":
        return [f"{model.metrics['nrmse_validation'] / model.metrics['nrmse_train']:.1f}"]
    if finding.code == "not-converged":
        gains = [trial["gain_in_last_fifth"] for trial in model.facts["trials"]]
        return [str(sum(gain > 0.02 for gain in gains)), str(len(gains))]
    if finding.code == "collinear":
        pair = [model.series.media[start:stop, model.media_names.index(name)] for name in finding.columns]
        return [f"{np.corrcoef(pair[0], pair[1])[0, 1]:.2f}"]
    if finding.code == "roi" and channel:
        return [f"{channel.roi.value:.0f}"]
    if finding.code == "baseline":
        whole = response.totals(model)
        return [f"{whole.baseline.value / whole.fitted:.0%}".replace("%", " %")]
    if finding.code == "zero-channel" and channel:
        return [f"{channel.share_of_spend:.0%}".replace("%", " %")]
    if finding.code == "outlier":
        return outlier(model)
    if finding.code == "at-bound":
        return at_bound(model, finding)
    if finding.code == "shared-movement":
        return [f"{1 - (finding.value or 0.0):.0%}".replace("%", " %")]
    if finding.code == "extrapolated-optimum":
        return [f"{times:.2f}" for times in beyond(model)]
    if finding.code == "follows-demand" and channel:
        others = [r for r in response.channel_results(model) if r.name != channel.name and r.spend > 0]
        rate = sum(r.contribution.value for r in others) / sum(r.spend for r in others)
        return [*back(channel.roi.low), f"{channel.roi.low / rate:.1f}", *back(rate)]
    raise AssertionError(f"no numbers are known of a finding {finding.code!r}: {finding.detail}")


def outlier(model: MixModel) -> list[str]:
    """The week that stands out, and by how many usual errors; what would be elsewhere is the check's own arithmetic."""
    start, stop = model.series.window
    fitted = np.sum([term.series.value for term in response.contributions(model).terms], axis=0)
    left = model.series.outcome[start:stop] - fitted
    far = int(np.abs(left).argmax())
    day = model.series.dates[start + far].astype("datetime64[D]").item()
    usual = 1.4826 * float(np.median(np.abs(left)))
    return [str(day.day), str(day.year), "*", f"{abs(left[far]) / usual:.0f}"]


def at_bound(model: MixModel, finding: Finding) -> list[str]:
    """How many of the draws lie at the end of the range; the ends are those of the specification."""
    ends = re.findall(r"being (\S+) to (\S+)\.", finding.detail)
    return ["*", f"{finding.value:g}", *ends[0]]


def beyond(model: MixModel) -> list[float]:
    """Spend of the best split over the most that was spent for a quarter, of each channel beyond it."""
    from mixline.mmm.planner import Bounds, PlanRequest, plan

    found = plan(model, PlanRequest(periods=None, bounds={name: Bounds(0.5, 2.0) for name in model.paid_names}))
    times = []
    for place, channel in enumerate(found.channels):
        spend = model.series.spend[: model.series.window[1], place]
        most = max(
            float(np.convolve(spend, np.full(13, 1 / 13), mode="valid").max()), channel.spend_today / len(found.dates)
        )
        times += [channel.spend / len(found.dates) / most] if channel.extrapolated else []
    return times


def test_findings_are_shown_with_the_numbers_of_the_model(model: MixModel, said: Said) -> None:
    shown = [*said.texts.get("banner: p", []), *said.texts.get("banner: li", []), *said.texts.get("banner: strong", [])]
    shown += said.texts.get("banner: details", [])
    findings = review(model).findings
    assert findings
    for finding in findings:
        wanted = expect(model, finding)
        detail = finding.detail
        for name in {*finding.columns, *(write_label(column) for column in finding.columns)}:
            detail = detail.replace(name, "")
        detail = re.sub(r"Channel \d|channel_\d", "", detail)
        found = numbers(re.sub(r"(\d)%", r"\1 %", detail).replace("range of gamma", "range"))
        assert len(found) == len(wanted), (finding.code, finding.detail, wanted)
        for one, two in zip(found, wanted, strict=True):
            assert two == "*" or one == two, (finding.code, finding.detail, wanted)
        plain = re.sub(r"(\d)%", r"\1 %", finding.detail)
        assert any(plain in text for text in shown), (finding.detail, shown)


def test_findings_are_counted(model: MixModel, said: Said) -> None:
    """The banner tells the worst of them, and how many more there are."""
    findings = review(model).findings
    more = len(findings) - any(finding.severity != "info" for finding in findings)
    (count,) = said.texts.get("banner: summary") or [""]
    assert numbers(count) == ([str(more)] if more > 1 else [])


def test_each_kind_of_finding_is_met_here() -> None:
    """Enough of them that the sentences above are not about the fit alone."""
    codes = {finding.code for make in MODELS.values() for finding in review(make()).findings}
    assert {
        "fit",
        "autocorrelation",
        "observations",
        "wide-range",
        "hold-out",
        "not-converged",
        "collinear",
        "outlier",
    } <= codes


def test_definitions_name_the_lines_that_are_drawn() -> None:
    """A number in a definition is a number shown, too: it is the check's own, or that of the words it explains."""
    assert numbers(GLOSSARY["durbin_watson"]) == ["2", f"{AutocorrelationCheck.some:g}"]
    for text in numbers(GLOSSARY["figure_roi"]):
        line = float(text.removesuffix(" %")) / 100
        assert write_chance(line) != write_chance(line - 0.01)
    assert [write_chance(chance) for chance in (0.99, 0.9, 0.7)] == ["almost certainly", "very likely", "probably"]
