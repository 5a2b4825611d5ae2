"""The tables of runs: what was asked, how it stands, what came of it, and who works on it."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from modelyard.db import METADATA, Moment

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("title", String(300), nullable=False),
    Column("request", JSON, nullable=False),
    Column("resource_kind", String(32), nullable=False, default=""),
    Column("resource_name", String(200), nullable=False, default=""),
    Column("started_by", String(254), nullable=False, default=""),
    Column("started_by_id", String(32), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("done", Float, nullable=False, default=0.0),
    Column("label", String(300), nullable=False, default=""),
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", String(64), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("dispatched_at", Moment),
    Column("began_at", Moment),
    Column("ended_at", Moment),
    Column("cancel_asked_at", Moment),
    Column("retry_of", String(32), nullable=False, default=""),
    Column("schedule", String(100), nullable=False, default=""),
    Column("idempotency_key", String(200)),
    Column("idempotency_owner", String(254)),
    Column("idempotency_digest", String(64)),
    Column("passport", JSON),
    Column("fault", JSON),
    Index("ix_runs_state_created_at", "state", "created_at"),
    Index("ix_runs_created_at", "created_at"),
    Index("ix_runs_dispatched_at", "dispatched_at"),
    Index("ix_runs_resource_kind_resource_name", "resource_kind", "resource_name"),
    Index(
        "uq_runs_idempotency_owner_idempotency_key",
        "idempotency_owner",
        "idempotency_key",
        unique=True,
    ),
)
EVENTS = Table(
    "run_events",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content", JSON, nullable=False),
)
RESULTS = Table(
    "run_results",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
)
FILES = Table(
    "run_files",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("media_type", String(100), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("blob", String(400), nullable=False),
)
INSTANCES = Table(
    "instances",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("machine", String(100), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("detail", JSON, nullable=False),
    Index("ix_instances_seen_at", "seen_at"),
)
SCHEDULES = Table(
    "schedules",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("note", Text, nullable=False, default=""),
)
