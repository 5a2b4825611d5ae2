"""The tables of what-if models: records and their versions, saved scenarios, kept figures."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from modelyard.db import METADATA, Moment

RECORDS = Table(
    "scenario_models",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("served", Integer, nullable=False, default=0),
    Column("last_number", Integer, nullable=False, default=0),
    Column("needs_approval", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
)
VERSIONS = Table(
    "scenario_versions",
    METADATA,
    Column(
        "model",
        String(60),
        ForeignKey("scenario_models.name", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_from", Integer, nullable=False, default=0),
    Column("why", Text, nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
    Column("created_by_id", String(32), nullable=False, default=""),
    Column("decided_at", Moment),
    Column("decided_by", String(254), nullable=False, default=""),
    Column("decided_why", Text, nullable=False, default=""),
    Index("ix_scenario_versions_state", "state"),
)
SAVED = Table(
    "saved_scenarios",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("model", String(60), nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("digest", String(64), nullable=False, default=""),
    Column("inputs", JSON, nullable=False),
    Column("as_of", Date),
    Column("note", Text, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(254), nullable=False, default=""),
    Index("ix_saved_scenarios_model_changed_at", "model", "changed_at"),
)
FIGURES = Table(
    "scenario_figures",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("model", String(60), nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("saved", String(32), nullable=False, default=""),
    Column("question", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("passport", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
    Index("ix_scenario_figures_model_created_at", "model", "created_at"),
    Index("ix_scenario_figures_saved", "saved"),
)
