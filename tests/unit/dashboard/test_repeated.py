from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dashboard.repeated import KINDS_KEPT, Page, Pages, weigh
from dashboard.trail import Asked

ROOT = Path(__file__).resolve().parents[3]
KEY = ("/", "", "-", "light", True)
LIST, MODEL = Asked("/v1/models", b"two", settled=False), Asked("/v1/models/a", b"model", settled=True)


def make_page(body: bytes = b"page", *asked: Asked) -> Page:
    return Page(asked or (LIST, MODEL), body, ())


def answering(**changed: bytes | None) -> dict[str, bytes | None]:
    return {LIST.path: LIST.digest, MODEL.path: MODEL.digest} | {
        f"/v1/{name}": digest for name, digest in changed.items()
    }


def test_a_page_is_found_while_every_question_is_answered_as_it_was() -> None:
    pages = Pages()
    pages.keep(KEY, make_page())
    found = pages.find(KEY, lambda asked: answering()[asked.path])
    assert found == make_page()
    assert pages.find(KEY, lambda asked: answering(models=b"three")[asked.path]) is None
    assert pages.find(KEY, lambda asked: answering(models=None)[asked.path]) is None
    assert pages.find(("/", "", "-", "dark", True), lambda asked: answering()[asked.path]) is None


def test_a_later_question_is_asked_only_where_the_earlier_have_the_same_answer() -> None:
    pages, asked_for = Pages(), []

    def ask(asked: Asked) -> bytes:
        asked_for.append(asked.path)
        return b"another"

    pages.keep(KEY, make_page())
    pages.keep(KEY, make_page(b"other", Asked(LIST.path, b"one", settled=False)))
    assert pages.find(KEY, ask) is None
    assert asked_for == [LIST.path]  # once, for both pages that are kept


def test_people_with_other_rights_have_other_pages_of_one_address() -> None:
    pages = Pages()
    for number in range(KINDS_KEPT + 2):
        pages.keep(KEY, make_page(b"%d" % number, Asked(LIST.path, b"%d" % number, settled=False)))

    def find(number: int) -> Page | None:
        return pages.find(KEY, lambda asked: b"%d" % number)

    assert [find(number) is not None for number in range(KINDS_KEPT + 2)] == [False] * 2 + [True] * KINDS_KEPT


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 300)), max_size=40))
def test_what_is_kept_never_takes_more_than_it_may(kept: list[tuple[int, int, int]]) -> None:
    pages = Pages(most=600)
    for address, person, size in kept:
        key = (f"/{address}", "", "-", "light", True)
        pages.keep(key, make_page(b"x" * size, Asked(LIST.path, b"%d" % person, settled=False)))
        assert pages._bytes == sum(weigh(found) for found in pages._kept.values()) <= 600


def test_no_page_but_runs_reads_the_clock() -> None:
    """A page that is given again would show the hour it was drawn."""
    clock = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.(?:time|monotonic)\(")
    allowed = {"dashboard/components/run_live.py", "dashboard/memory.py", "dashboard/last_known.py"}
    reading = {
        str(path.relative_to(ROOT))
        for folder in ("dashboard", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if clock.search(path.read_text())
    }
    assert reading <= allowed
