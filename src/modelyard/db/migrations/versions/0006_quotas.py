"""How often a token may ask, and the trace to which a run belongs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("tokens", sa.Column("quota", sa.String(length=24), nullable=True))
    op.add_column("runs", sa.Column("traceparent", sa.String(length=55), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("runs", "traceparent")
    op.drop_column("tokens", "quota")
