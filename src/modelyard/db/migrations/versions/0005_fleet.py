"""The processes that serve and work, and how much they had to do."""

import sqlalchemy as sa
from alembic import op

from modelyard.db.columns import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "fleet_members",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("party", sa.String(length=300), nullable=False),
        sa.Column("zone", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("drain_asked_at", Moment(), nullable=True),
        sa.Column("load", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_members")),
    )
    op.create_index("ix_fleet_members_seen_at", "fleet_members", ["seen_at"])
    op.create_index("ix_fleet_members_party", "fleet_members", ["party"])
    op.create_table(
        "fleet_samples",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("span_s", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("busy_s", sa.Float(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_samples")),
    )
    op.create_index("ix_fleet_samples_at", "fleet_samples", ["at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("fleet_samples")
    op.drop_table("fleet_members")
