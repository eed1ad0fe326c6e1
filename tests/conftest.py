"""How the suite is spread over processes."""

from __future__ import annotations

import pytest

# Folders whose files each set something expensive up once: their tests stay in one process.
KEPT_TOGETHER = ("integration", "contract")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None and item.path.parent.name in KEPT_TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
