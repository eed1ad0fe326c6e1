"""Line drawings. Dash has no svg elements, so a drawing is an image in a data address, tinted by a mask in the style."""

from __future__ import annotations

from urllib.parse import quote

from dash import html

from dashboard.components.aria import aria


def icon(path: str, size: int = 18, width: float = 1.6) -> html.Span:
    """A drawing on a 20 x 20 grid in the colour of the text around it; `path` is SVG path data."""
    drawing = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='none' stroke='black' "
        f"stroke-width='{width}' stroke-linecap='round' stroke-linejoin='round'><path d='{path}'/></svg>"
    )
    address = f'url("data:image/svg+xml,{quote(drawing)}")'
    style = {"maskImage": address, "WebkitMaskImage": address, "width": f"{size}px", "height": f"{size}px"}
    return html.Span(className="icon", style=style, **aria(hidden="true"))
