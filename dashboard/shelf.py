"""Things that take a while to make, kept by name: each made once, also when many people ask for it at the same moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """At most `most` things, those asked for longest ago put away first. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}

    def find(self, name: str, make: Callable[[], T]) -> T:
        """What goes by this name, made now where it is not there. While one thread makes it the others who want it wait;
        where making fails, its error reaches the one who tried, and the next tries again.
        """
        with self._lock:
            if name in self._kept:
                return self._look(name)
            turn = self._making.setdefault(name, threading.Lock())
        with turn:
            with self._lock:
                if name in self._kept:
                    return self._look(name)
            made = make()
            with self._lock:
                self._kept[name] = made
                self._making.pop(name, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return made

    def put(self, name: str, thing: T) -> None:
        """Keep what was made elsewhere."""
        self.find(name, lambda: thing)

    def _look(self, name: str) -> T:
        self._kept.move_to_end(name)
        return self._kept[name]
