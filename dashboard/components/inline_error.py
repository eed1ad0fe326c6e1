"""An error at the place it belongs to: one sentence, and what to quote when it was not the person's fault."""

from __future__ import annotations

from typing import Any

from dash import html

from mixline.errors import BusyError, MixlineError


def inline_error(error: MixlineError) -> html.P:
    """The sentence of an error. A full queue says when to come back."""
    sentence = str(error)
    if isinstance(error, BusyError):
        sentence = f"{sentence} Come back in {error.retry_after} s."
    correlation_id = getattr(error, "correlation_id", "") if error.status >= 500 else ""
    quote = html.Span(f" Reference {correlation_id}", className="soft") if correlation_id else None
    return html.P([*spell(sentence), quote], className="error-line", role="alert")


def spell(text: str) -> list[Any]:
    """A sentence whose `names` in back-ticks stand as names, without them."""
    return [html.Code(part) if place % 2 else part for place, part in enumerate(text.split("`")) if part]


def inline_sentence(sentence: str) -> html.P:
    """A sentence of the page's own, in the same form."""
    return html.P(sentence, className="error-line", role="alert")
