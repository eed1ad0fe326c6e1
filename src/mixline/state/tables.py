"""Every table of the state database. Migrations must lead to exactly this; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mixline.state.columns import UtcTime, document

DIGEST = String(64)
JOB_ID = String(32)

# Constraint names are fixed, so that a later migration can drop one by name on either database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("artifact_id", DIGEST, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("view", document(), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("upload_id", DIGEST, ForeignKey("uploads.id"), nullable=True),
    Column("artifact_id", DIGEST, nullable=False),
    Column("mapping", document(), nullable=False),
    Column("view", document(), nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    UniqueConstraint("name", "version"),
)

specifications = Table(
    "specifications",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("document", document(), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", document(), nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("cancel_requested", Boolean(create_constraint=False), nullable=False),
    Column("percent", Float, nullable=False),
    Column("stage", Text, nullable=False),
    Column("seconds_left", Float, nullable=True),
    Column("best", document(), nullable=False),
    Column("result", document(), nullable=True),
    Column("error", document(), nullable=True),
    Column("reason", Text, nullable=False),
    Column("ticket", BigInteger, nullable=False),  # place in line: the lowest waiting ticket is next
    Column("not_before", UtcTime, nullable=True),  # a retry waits until then
    Column("owner", Text, nullable=False),
    Column("token", BigInteger, nullable=False),  # fencing token, grows with every claim
    Column("lease_expires_at", UtcTime, nullable=True),
    Column("last_event", BigInteger, nullable=False),  # sequence of the newest event
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("started_at", UtcTime, nullable=True),
    Column("finished_at", UtcTime, nullable=True),
    CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state"),
    Index("ix_jobs_line", "state", "ticket"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("job_id", JOB_ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("data", document(), nullable=False),
)

job_parts = Table(
    "job_parts",
    metadata,
    Column("job_id", JOB_ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# A run is stored before its job, under the id the job will have, so that no job can be claimed whose run is unknown.
runs = Table(
    "runs",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("dataset_id", DIGEST, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("specification_id", DIGEST, ForeignKey("specifications.id"), nullable=False, index=True),
    Column("segment", Text, nullable=False),
    Column("preset", Text, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("iterations", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("model_id", DIGEST, nullable=True, index=True),
    Column("tracking_url", Text, nullable=True),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column(
        "core_seconds", Float, nullable=True
    ),  # wall seconds times cores booked, over all attempts; None: not measured
)

# A number under a name, which a person gave a run: "week = 32". Without a number it is a mark: "final".
run_tags = Table(
    "run_tags",
    metadata,
    Column("run_id", JOB_ID, ForeignKey("runs.id"), primary_key=True),
    Column("name", String(40), primary_key=True, index=True),
    Column("value", Float, nullable=True),
)

# What a person said about a whole queue. No row: it runs.
queue_controls = Table(
    "queue_controls",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("paused", Boolean(create_constraint=False), nullable=False),
    Column("note", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

saved_settings = Table(
    "saved_settings",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("document", document(), nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", DIGEST, primary_key=True),
    Column("run_id", JOB_ID, ForeignKey("runs.id"), nullable=True, index=True),
    Column("dataset_id", DIGEST, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("specification_id", DIGEST, ForeignKey("specifications.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("summary", document(), nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
)

# A plan that was saved under a name: its question, and what it said when it was saved.
scenarios = Table(
    "scenarios",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("model_id", DIGEST, ForeignKey("models.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("question", document(), nullable=False),
    Column("figures", document(), nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    UniqueConstraint("model_id", "name"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("data", document(), nullable=False),
)
