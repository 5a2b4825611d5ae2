"""What-if models that are managed, their versions, saved scenarios, and kept figures."""

import sqlalchemy as sa
from alembic import op

from modelyard.db.columns import Moment

revision = "0004"
down_revision = "0003"

SAYS = "a version of a what-if model never changes"
FIXED = ("model", "number", "digest", "made_from", "why", "created_at", "created_by")
CHANGED = " OR ".join(
    [
        "OLD.state <> 'proposed'",
        "CAST(NEW.content AS TEXT) <> CAST(OLD.content AS TEXT)",
        *(f"NEW.{name} <> OLD.{name}" for name in FIXED),
    ]
)
UNCHANGING = {
    "sqlite": (
        f"CREATE TRIGGER scenario_versions_fixed BEFORE UPDATE ON scenario_versions WHEN {CHANGED} "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION scenario_versions_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER scenario_versions_fixed BEFORE UPDATE ON scenario_versions "
        f"FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION scenario_versions_fixed()",
    ),
}
"""The database itself refuses to change a version; a proposed one is decided once."""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "scenario_models",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scenario_models")),
    )
    op.create_table(
        "scenario_versions",
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=254), nullable=False),
        sa.Column("decided_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model"],
            ["scenario_models.name"],
            name=op.f("fk_scenario_versions_model"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model", "number", name=op.f("pk_scenario_versions")),
    )
    op.create_index("ix_scenario_versions_state", "scenario_versions", ["state"], unique=False)
    op.create_table(
        "saved_scenarios",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_scenarios")),
    )
    op.create_index(
        "ix_saved_scenarios_model_changed_at",
        "saved_scenarios",
        ["model", "changed_at"],
        unique=False,
    )
    op.create_table(
        "scenario_figures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved", sa.String(length=32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("passport", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_figures")),
    )
    op.create_index(
        "ix_scenario_figures_model_created_at",
        "scenario_figures",
        ["model", "created_at"],
        unique=False,
    )
    op.create_index("ix_scenario_figures_saved", "scenario_figures", ["saved"], unique=False)
    for statement in UNCHANGING[op.get_bind().dialect.name]:
        op.execute(statement)
