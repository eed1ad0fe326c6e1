"""State: what is known about datasets, runs, models and jobs, in SQLite or PostgreSQL behind one interface."""

from mixline.state.database import State, open_state
from mixline.state.migration import upgrade

__all__ = ["State", "open_state", "upgrade"]
