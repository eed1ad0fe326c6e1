"""Bringing a state database to the tables this version of Mixline knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from mixline.errors import ConflictError
from mixline.state.database import State

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(state: State, revision: str = "head") -> None:
    """Create or change the tables as needed. Safe to call from several processes at once, and again and again.

    All missing steps are one transaction on both databases: a start that is killed half way leaves the old tables.

    Raises:
        ConflictError: the database was made by a newer Mixline.
        UnavailableError: the database does not answer.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_configuration())
    target = script.get_current_head() if revision == "head" else revision
    with state.read() as connection:
        if _current(connection, script) == target:
            return
    with state.write() as connection:
        state.serialise(connection, "migration")
        if _current(connection, script) != target:
            command.upgrade(_configuration(connection), revision)


def downgrade(state: State, revision: str) -> None:
    """Go back to an older revision ("base" for no tables). Data of what is dropped is lost.

    Raises:
        ConflictError: the database was made by a newer Mixline.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    with state.write() as connection:
        state.serialise(connection, "migration")
        _current(connection, ScriptDirectory.from_config(_configuration()))
        command.downgrade(_configuration(connection), revision)


def read_revision(state: State) -> str | None:
    """The revision a database is at, None for an empty one."""
    from alembic.script import ScriptDirectory

    with state.read() as connection:
        return _current(connection, ScriptDirectory.from_config(_configuration()))


def _current(connection: Connection, script: ScriptDirectory) -> str | None:
    from alembic.runtime.migration import MigrationContext

    revision = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in script.walk_revisions()}
    if revision is not None and revision not in known:
        raise ConflictError(
            "the state database was made by a newer version of Mixline",
            got=revision,
            expected=f"revision {script.get_current_head()} or older",
            action="Update Mixline, or point MIXLINE_STATE or MIXLINE_HOME at another database.",
        )
    return revision


def _configuration(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration
