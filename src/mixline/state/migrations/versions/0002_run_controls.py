"""Runs: a queue that can be paused, saved settings, tags, and the time a run kept cores busy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mixline.state import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_controls",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("changed_at", columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_queue_controls"),
    )
    op.create_table(
        "saved_settings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_settings"),
        sa.UniqueConstraint("name", name="uq_saved_settings_name"),
    )
    op.create_table(
        "run_tags",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_tags_run_id"),
        sa.PrimaryKeyConstraint("run_id", "name", name="pk_run_tags"),
    )
    op.create_index("ix_run_tags_name", "run_tags", ["name"])
    op.add_column("runs", sa.Column("core_seconds", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "core_seconds")
    for name in ("run_tags", "saved_settings", "queue_controls"):
        op.drop_table(name)
