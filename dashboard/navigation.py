"""The pages that exist, in the three groups of the navigation. A group without pages is not shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One page in the navigation. `module` lays it out (`layout`) and wires it (`register`)."""

    module: str
    path: str
    name: str
    group: str
    icon: str  # path data of a 20 x 20 line drawing
    shows: str = ""  # what stands here once there is a model: "Overview shows ..."
    lasting: bool = False  # drawn from its address, the theme and the trainer's answers alone: no clock, no draft

    @property
    def title(self) -> str:
        return f"{self.name} · Mixline"


GROUPS = ("Understand", "Build", "Operate")

ENTRIES = (
    Entry(
        "pages.overview",
        "/",
        "Overview",
        "Understand",
        "M3 11h5V3H3zm0 6h5v-3H3zm8 0h6V9h-6zm0-14v3h6V3z",
        "how much marketing brought, whether it was worth it, how sure that is, and where the next money works hardest",
        lasting=True,
    ),
    Entry(
        "pages.contribution",
        "/contribution",
        "Contribution",
        "Understand",
        "M3 17V9h3v8m2 0V5h3v12m2 0v-6h3v6M2 17h16",
        "what the outcome was made of, week by week, and what each channel gave for its money",
        lasting=True,
    ),
    Entry(
        "pages.response",
        "/response",
        "Response curves",
        "Understand",
        "M3 3v14h14M5 15c1-7 5-9 12-9.5",
        "what each channel returns at every level of spend, and where it is full",
        lasting=True,
    ),
    Entry(
        "pages.planner",
        "/planner",
        "Planner",
        "Understand",
        "M3 6h9m4 0h1M3 14h3m4 0h7M14 4v4M8 12v4",
        "the best split of a budget for the weeks ahead, and what it would bring",
        lasting=True,
    ),
    Entry("pages.data", "/data", "Data", "Build", "M3 4h14v12H3zm0 4h14M3 12h14M8 4v12"),
    Entry("pages.runs", "/runs", "Runs", "Build", "M6 4l10 6-10 6z"),
    Entry(
        "pages.models",
        "/models",
        "Models",
        "Build",
        "M4 4v12h12M8 12h.01M10 8h.01M13 11h.01M15 6h.01M7 9h.01",
        "the candidates a search found, why one was chosen, and every check of it",
        lasting=True,
    ),
    Entry("pages.compare", "/compare", "Compare", "Build", "M7 3v14M13 3v14M3 7h4m-4 6h4m6-6h4m-4 6h4", lasting=True),
)
