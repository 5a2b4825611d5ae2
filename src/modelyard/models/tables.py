"""The tables of models: their versions, the names that point to these, and what must still hold."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from modelyard.db import METADATA, Moment

MODELS = Table(
    "models",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("last_number", Integer, nullable=False, default=0),
    Column("folder_digest", String(64), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
)
VERSIONS = Table(
    "model_versions",
    METADATA,
    Column("model", String(100), ForeignKey("models.name", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False),
    Column("sidecar", Text, nullable=False, default=""),
    Column("digest", String(64), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("format", String(16), nullable=False, default=""),
    Column("bytes", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("description", JSON),
    Column("converted", String(64), nullable=False, default=""),
    Column("fault", JSON),
    Column("held_back", Text, nullable=False, default=""),
    Column("note", String(1000), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(254), nullable=False, default=""),
    Index("uq_model_versions_model_digest", "model", "digest", unique=True),
    Index("ix_model_versions_sha256", "sha256"),
)
ALIASES = Table(
    "model_aliases",
    METADATA,
    Column("model", String(100), primary_key=True),
    Column("alias", String(60), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", String(254), nullable=False, default=""),
    ForeignKeyConstraint(
        ["model", "number"],
        ["model_versions.model", "model_versions.number"],
        name="fk_model_aliases_version",
    ),
)
MOVES = Table(
    "model_alias_moves",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("model", String(100), ForeignKey("models.name", ondelete="CASCADE"), nullable=False),
    Column("alias", String(60), nullable=False),
    Column("number", Integer, nullable=False),
    Column("number_before", Integer),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", String(254), nullable=False, default=""),
    Index("ix_model_alias_moves_model_alias_id", "model", "alias", "id"),
)
GOLDEN = Table(
    "model_golden",
    METADATA,
    Column("model", String(100), ForeignKey("models.name", ondelete="CASCADE"), primary_key=True),
    Column("rows", JSON, nullable=False),
    Column("tolerance", Float, nullable=False),
    Column("recorded_with", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String(254), nullable=False, default=""),
)
TRUSTED = Table(
    "model_trusted_modules",
    METADATA,
    Column("module", String(200), primary_key=True),
    Column("trusted_at", Moment, nullable=False),
    Column("trusted_by", String(254), nullable=False, default=""),
)
