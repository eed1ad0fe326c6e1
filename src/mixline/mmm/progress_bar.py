"""A progress bar for people at a terminal or in a notebook (tqdm draws it to suit either)."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from mixline.mmm.search.trials import FitProgress


class ProgressBar:
    """A `progress` for `mixline.mmm.fit` that draws a bar: percent done, what is being done, time left, lowest error.

    To be used as a context, so that the bar is closed whatever happens.
    """

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        layout = "{desc}: {percentage:3.0f}%|{bar}| {postfix}"
        self._bar: Any = tqdm(total=100.0, desc="Starting", bar_format=layout)

    def __call__(self, now: FitProgress) -> None:
        self._bar.set_description_str(now.stage, refresh=False)
        parts = []
        if "nrmse" in now.best:
            parts.append(f"error {now.best['nrmse']:.4f}")
        if now.seconds_left is not None:
            parts.append(f"{now.seconds_left:.0f} s left")
        self._bar.set_postfix_str(", ".join(parts), refresh=False)
        self._bar.update(max(0.0, now.percent - self._bar.n))
        self._bar.refresh()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
