"""A field to type in whose words are never lost: what stands in it is what the page holds.

Dash's own `dcc.Input` of a number keeps three copies of its value (the element's, its state's, the page's) and says nothing when
the element changes back to what the state still is. This one has the element alone; `assets/fields.js` draws it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from dash.development.base_component import Component


class TypedField(Component):
    """One line of text.

    Args:
        component_id: of the input itself. value: what stands in it; told in text, as it was typed.
        inputMode: the keyboard a telephone shows. The names of the arguments are those of the browser.
    """

    _children_props: ClassVar[list[str]] = []  # type: ignore[misc]  # Dash reads it of the class, and declares it otherwise
    _namespace = "mixline_fields"
    _type = "TypedField"

    def __init__(
        self,
        component_id: str | dict[str, str],
        *,
        value: str | None = None,
        inputMode: Literal["text", "numeric", "decimal"] = "text",
        placeholder: str = "",
        maxLength: int = 200,
    ) -> None:
        self._prop_names = ["id", "value", "inputMode", "placeholder", "maxLength"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        given: dict[str, Any] = {"id": component_id, "value": value, "inputMode": inputMode}
        super().__init__(**given, placeholder=placeholder, maxLength=maxLength)  # type: ignore[no-untyped-call]
