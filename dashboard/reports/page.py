"""A report as one HTML file that needs nothing else: figures, the program that draws them, type face and style inside.

The file carries a content policy that allows no other host, so that it cannot call out wherever it is opened.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path

from dashboard import theme
from dashboard.delivery import PLOTLY_FILE
from dashboard.figures.format import keep_together, write_moment
from dashboard.reports.document import Block, Numbers, Panel, Report, Sheet, Table, Verdicts, Words

HERE = Path(__file__).parent
FONT = HERE.parent / "assets" / "fonts" / "inter-latin-wght-normal.woff2"
FIGURES = "report-figures"  # id of the element that holds the figures' data
ROOMY = 8  # rows of a table; with more they are set closer
VERDICT_WORDS = {"trust": "Trust", "care": "Use with care", "do_not_use": "Do not use"}


def write_page(report: Report) -> str:
    """The whole file. The same report gives the same text."""
    figures = {drawing.name: drawing.figure for drawing in report.drawings}
    sheets = "\n".join(_sheet(sheet, place, len(report.sheets), report) for place, sheet in enumerate(report.sheets, 1))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(page_policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Mixline">
<title>{escape(report.title)}</title>
<style>{_style()}</style>
</head>
<body class="{report.kind}">
<main>
{sheets}
</main>
<noscript><p class="noscript">The figures of this report are drawn by the browser; allow scripts for this file.</p></noscript>
<script type="application/json" id="{FIGURES}">{_json(figures)}</script>
<script>{_plotly()}</script>
<script>{_script()}</script>
</body>
</html>
"""


@cache
def page_policy() -> str:
    """The content policy of every report: its own two scripts and what is inside the file, and nothing from anywhere."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{hash_script(_plotly())}' '{hash_script(_script())}'",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def hash_script(text: str) -> str:
    """How a content policy names a script that stands in the page."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


def read_figures(page: str) -> dict[str, dict[str, object]]:
    """The figures of a written report, by name: what a reader's browser draws."""
    start = page.index(">", page.index(f'id="{FIGURES}"')) + 1
    figures: dict[str, dict[str, object]] = json.loads(page[start : page.index("</script>", start)])
    return figures


def _json(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _plotly() -> str:
    """plotly.js: the part the pages use, a third of the whole."""
    text = gzip.decompress(PLOTLY_FILE.read_bytes()).decode()
    return text.replace("</script", "<\\/script")


@cache
def _script() -> str:
    return (HERE / "report.js").read_text(encoding="utf-8")


@cache
def _style() -> str:
    font = base64.b64encode(FONT.read_bytes()).decode()
    face = (
        "@font-face{font-family:'Inter Variable';font-weight:100 900;font-display:block;"
        f"src:url(data:font/woff2;base64,{font}) format('woff2')}}"
    )
    light = theme.LIGHT
    names = {"surface": light.surface, "ink": light.ink, "soft": light.ink_soft, "line": light.line}
    names |= {"accent": light.accent, "good": light.good, "bad": light.bad}
    colors = ";".join(f"--{name}:{value}" for name, value in names.items())
    return face + f":root{{{colors}}}" + (HERE / "report.css").read_text(encoding="utf-8")


def _sheet(sheet: Sheet, number: int, count: int, report: Report) -> str:
    facts = "".join(f"<span>{_text(fact)}</span>" for fact in sheet.facts)
    aside = f'<div class="aside">{"".join(map(_block, sheet.aside))}</div>' if sheet.aside else ""
    blocks = "".join(map(_block, sheet.blocks))
    level = "h1" if number == 1 else "h2"
    paging = f" · page {number} of {count}" if count > 1 else ""
    model = f"model {report.model}".rstrip()
    foot = f"{escape(report.title)} · {escape(model)} of {write_moment(report.made)}{paging}"
    return f"""<section class="sheet {sheet.layout}">
<header><div class="head"><p class="kicker">{_text(sheet.kicker)}</p><{level} class="title">{_text(sheet.title)}</{level}>
<p class="lede">{_text(sheet.lede)}</p>{f'<p class="facts">{facts}</p>' if facts else ""}</div>{aside}</header>
<div class="blocks">{blocks}</div>
<footer><span class="brand">Mixline</span><span>{foot}</span></footer>
</section>"""


def _block(block: Block) -> str:
    if isinstance(block, Panel):
        return _panel(block)
    if isinstance(block, Numbers):
        return _numbers(block)
    if isinstance(block, Verdicts):
        return _verdict(block)
    return _table(block) if isinstance(block, Table) else _words(block)


def _panel(panel: Panel) -> str:
    drawing = panel.drawing
    name = escape(drawing.name)
    return (
        f'<section class="panel {panel.area}" aria-labelledby="title-{name}"><h3 id="title-{name}">{_text(drawing.title)}</h3>'
        f'<p class="note">{_text(drawing.note)}</p>'
        f'<div class="figure" data-figure="{name}" style="--height:{drawing.height}px"></div></section>'
    )


def _numbers(numbers: Numbers) -> str:
    cards = "".join(
        f'<div class="number"><p class="name">{_text(item.name)}</p>'
        f'<p class="value">{_text(item.value)} <small>{_text(item.unit)}</small></p>'
        f'<p class="detail">{_text(item.detail)}</p></div>'
        for item in numbers.items
    )
    return f'<div class="numbers {numbers.area}">{cards}</div>'


def _verdict(block: Verdicts) -> str:
    action = f"<p><strong>What to do:</strong> {_text(block.action)}</p>" if block.action else ""
    return (
        f'<div class="banner {block.verdict}"><p class="tag">{VERDICT_WORDS[block.verdict]}</p>'
        f"<h3>{_text(block.heading)}</h3><p>{_text(block.worst)}</p>{action}</div>"
    )


def _words(words: Words) -> str:
    if all(isinstance(line, tuple) for line in words.lines):
        pairs = [line for line in words.lines if isinstance(line, tuple)]
        body = "".join(f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>" for name, text in pairs)
        body = f"<dl>{body}</dl>"
    else:
        lines = [_text(line) for line in words.lines if isinstance(line, str)]
        tag = "li" if words.listed else "p"
        body = "".join(f"<{tag}>{line}</{tag}>" for line in lines)
        body = f"<ul>{body}</ul>" if words.listed else body
    return f'<section class="words {words.area}"><h3>{_text(words.heading)}</h3>{body}</section>'


def _table(table: Table) -> str:
    kinds = [("" if place == 0 or place > table.numbers else "number") for place in range(len(table.head))]
    head = "".join(
        f'<th scope="col" class="{kind}">{_text(cell)}</th>' for cell, kind in zip(table.head, kinds, strict=True)
    )
    rows = []
    for place, row in enumerate(table.rows):
        swatch = f'<span class="swatch" style="background:{table.colors[place]}"></span>' if table.colors else ""
        cells = "".join(f'<td class="{kind}">{_text(cell)}</td>' for cell, kind in zip(row[1:], kinds[1:], strict=True))
        rows.append(f'<tr><th scope="row">{swatch}{_text(row[0])}</th>{cells}</tr>')
    note = f'<p class="note">{_text(table.note)}</p>' if table.note else ""
    dense = ' class="dense"' if len(table.rows) > ROOMY else ""
    return (
        f'<section class="table {table.area}"><h3>{_text(table.heading)}</h3>{note}'
        f"<table{dense}><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def _text(text: str) -> str:
    return escape(keep_together(text))
