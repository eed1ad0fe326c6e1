"""Every choice of the planner's form can be read to its end, on a desk and on a telephone."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CUT = """() => [...document.querySelectorAll(".plan-fields select")].filter(field => field.offsetWidth).flatMap(field => {
  const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [...field.options].map(option => option.text).filter(text => pen.measureText(text).width > room);
})"""


def test_no_choice_of_the_form_is_cut(page: Any, product: Any) -> None:
    page.goto(f"{product.dashboard}/planner?dataset=Demo&pace=flights")
    page.wait_for_selector("#plan-total")
    page.evaluate("document.fonts.ready")
    for width in (1440, 1100, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CUT) == [], width
