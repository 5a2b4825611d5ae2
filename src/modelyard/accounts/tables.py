"""The tables of accounts: people, how they prove who they are, what they may see, what they did."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from modelyard.db import METADATA, Moment

USERS = Table(
    "users",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False, default=""),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False, default=""),
    Column("is_active", Boolean, nullable=False, default=True),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment),
)
IDENTITIES = Table(
    "identities",
    METADATA,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("agent", String(300), nullable=False, default=""),
    Index("ix_sessions_user_id", "user_id"),
)
TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("hint", String(8), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("resource_kind", String(32), nullable=False, default=""),
    Column("resource_name", String(200), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("quota", String(24)),
    Index("ix_tokens_user_id", "user_id"),
)
LINKS = Table(
    "links",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("email", String(254), nullable=False, default=""),
    Column("role", String(16), nullable=False, default=""),
    Column("created_by", String(254), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
VISIBILITIES = Table(
    "visibilities",
    METADATA,
    Column("kind", String(32), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("level", String(16), nullable=False),
    Column("owner", String(254), nullable=False, default=""),
    Column("people", JSON, nullable=False),
    Column("changed_by", String(254), nullable=False),
    Column("changed_at", Moment, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(254), nullable=False),
    Column("via", String(60), nullable=False),
    Column("address", String(64), nullable=False, default=""),
    Column("action", String(60), nullable=False),
    Column("subject", String(300), nullable=False, default=""),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_at", "at"),
)
ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("bucket", String(120), primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Index("ix_attempts_window", "window"),
)
"""How often something was tried; `window` is the end of the span, in seconds since 1970."""
SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(60), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
