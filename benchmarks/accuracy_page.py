"""The page of the studies, docs/accuracy.md: each study writes its own part and leaves the others."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
TITLE = "# Accuracy on simulated companies"


def write_part(path: Path, study: str, text: str) -> None:
    """Put `text`, made by `benchmarks.<study>`, where that study's part was, else at the end; then print it."""
    begin, end = f"<!-- made by benchmarks.{study} -->", f"<!-- end of {study} -->"
    page = path.read_text(encoding="utf-8") if path.exists() else f"{TITLE}\n"
    part = f"{begin}\n{text.strip()}\n\n{end}\n"
    if begin in page and end in page:
        pattern = re.escape(begin) + r".*?" + re.escape(end) + r"\n?"
        page = re.sub(pattern, lambda _: part, page, flags=re.DOTALL)
    else:
        page = page.rstrip("\n") + "\n\n" + part
    path.write_text(page, encoding="utf-8")
    print(text)
