"""How Alembic reaches the database: the connection `mixline.state.migration` hands over, or the settings' one by hand."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from mixline.state.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="columns.",
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    handed_over = context.config.attributes.get("connection")
    if handed_over is not None:
        _run(handed_over)
        return
    from mixline.settings import load_settings
    from mixline.state.database import open_state

    with open_state(load_settings().state_address).write() as connection:
        _run(connection)


main()
