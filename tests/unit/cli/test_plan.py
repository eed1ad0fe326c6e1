"""`mixline mmm plan` on a model's folder: options become a request, figures are printed for people and machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mixline.cli.plan import plan
from mixline.errors import SpecificationError
from mixline.mmm.model_file import write_model
from mixline.mmm.planner import Bounds, ChannelGroup, PlanRequest
from mixline.mmm.planner import plan as make_plan
from tests.builders import make_model


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name, content in write_model(make_model(paid=3)).items():
        (tmp_path / name).write_bytes(content)
    return str(tmp_path)


def run(folder: str, *options: str) -> str:
    done = CliRunner().invoke(plan, ["--model", folder, *options], catch_exceptions=False, standalone_mode=False)
    return done.output


def test_options_are_the_request(folder: str) -> None:
    options = ["--periods", "8", "--budget", "1500", "--bounds", "channel_0=0.5:2", "--lock", "channel_1"]
    options += [
        "--group",
        "channel_0+channel_2=100:1400",
        "--price",
        "channel_2=1.1",
        "--pacing",
        "flat",
        "--carry-out",
    ]
    found = json.loads(run(folder, *options, "--json"))
    request = PlanRequest(
        periods=8,
        budget=1500.0,
        bounds={"channel_0": Bounds(0.5, 2.0)},
        locked=("channel_1",),
        groups=(
            ChannelGroup("channel_0+channel_2", ("channel_0", "channel_2"), Bounds(100.0, 1400.0, relative=False)),
        ),
        prices={"channel_2": 1.1},
        pacing="flat",
        carry_out=True,
    )
    expected = make_plan(make_model(paid=3), request).to_dict()
    assert found["request"] == json.loads(json.dumps(expected["request"]))
    for mine, theirs in zip(found["channels"], expected["channels"], strict=True):
        assert mine["spend"] == pytest.approx(theirs["spend"], rel=1e-6)
    assert found["spend"] == pytest.approx(1500.0)


def test_people_read_a_table_and_sentences(folder: str) -> None:
    shown = run(folder, "--marginal-roi", "0.5")
    for words in ("Plan of 13 weeks", "Channel 0", "All channels", "uplift", "What to change:"):
        assert words in shown


@pytest.mark.parametrize(
    "options",
    [
        ("--bounds", "channel_0"),
        ("--bounds", "channel_0=2"),
        ("--bounds", "channel_0=a:b"),
        ("--flight", "channel_0=two"),
        ("--price", "channel_0=cheap"),
        ("--lock", "radio"),
        ("--roi", "1e6"),
    ],
)
def test_what_cannot_be_read_is_said(folder: str, options: tuple[str, ...]) -> None:
    with pytest.raises(SpecificationError):
        run(folder, *options)


def test_two_questions_at_once_are_wrong_usage(folder: str) -> None:
    done = CliRunner().invoke(plan, ["--model", folder, "--roi", "1", "--marginal-roi", "1"])
    assert done.exit_code == 2
    assert "Choose one" in done.output
