from __future__ import annotations

from dataclasses import replace

from mixline.mmm import response
from tests.builders import make_model


def test_a_model_shows_itself_with_the_return_of_every_channel() -> None:
    model = make_model()
    text = repr(model)
    for result in response.channel_results(model):
        assert result.label in text
        assert f"{result.roi.value:.3g}" in text


def test_notebooks_get_a_table_and_labels_cannot_write_html() -> None:
    model = make_model()
    goal = replace(model.spec.goal, label="<script>x</script>")
    html = replace(model, spec=replace(model.spec, goal=goal))._repr_html_()
    assert "<table>" in html
    assert "<script>" not in html
