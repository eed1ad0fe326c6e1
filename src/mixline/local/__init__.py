"""The whole product on one machine: what `mixline run` and `make run` start."""

from mixline.local.stack import run

__all__ = ["run"]
