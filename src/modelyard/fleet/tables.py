"""The tables of the fleet: who is there, and how much each had to do."""

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, String, Table

from modelyard.db import METADATA, Moment

MEMBERS = Table(
    "fleet_members",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(255), nullable=False),
    Column("party", String(300), nullable=False),
    Column("zone", String(100), nullable=False),
    Column("address", String(300), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("drain_asked_at", Moment),
    Column("load", JSON, nullable=False),
    Index("ix_fleet_members_seen_at", "seen_at"),
    Index("ix_fleet_members_party", "party"),
)
SAMPLES = Table(
    "fleet_samples",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("span_s", Integer, nullable=False),
    Column("members", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("busy_s", Float, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Index("ix_fleet_samples_at", "at"),
)
