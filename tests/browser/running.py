"""What tests of runs share: runs that wait, the demo they are of, and words that come in time."""

from __future__ import annotations

import random
import re
from typing import Any

import httpx

SLOW = """(wait) => {
  const ask = window.fetch;
  window.fetch = (...words) => ask(...words).then((answer) =>
    String(words[0]).includes("_dash-update-component")
      ? new Promise((done) => setTimeout(() => done(answer), wait))
      : answer);
}"""  # every answer of the server comes later, by milliseconds, while the page stays as quick as it is


def demo_of(product: Any) -> str:
    return str(next(d["id"] for d in product.read("/v1/datasets") if d["name"] == "Demo"))


def queue_runs(product: Any, count: int) -> list[str]:
    """Runs that wait, because nobody starts them."""
    httpx.post(f"{product.trainer}/v1/queue/pause", json={}, timeout=10)
    ids = []
    for _ in range(count):
        body = {"dataset_id": demo_of(product), "segment": "DE", "preset": "test", "seed": random.randrange(2**31)}
        ids.append(httpx.post(f"{product.trainer}/v1/mmm/runs", json=body, timeout=30).json()["id"])
    return ids


def wait_for_text(page: Any, selector: str, wanted: str, seconds: float = 15) -> str:
    page.locator(selector, has_text=re.compile(wanted)).first.wait_for(timeout=seconds * 1000)
    return str(page.locator(selector).first.inner_text())
