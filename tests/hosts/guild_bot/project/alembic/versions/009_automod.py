"""Automod

Revision ID: 009
Revises: 008
"""
import sqlalchemy as sa
from alembic import op

revision = "009"
down_revision = "008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "automod_rules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_type", sa.String(50), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "automod_actions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("rule_id", sa.Integer(), sa.ForeignKey("automod_rules.id", ondelete="CASCADE"), nullable=False),
        sa.Column("action_type", sa.String(50), nullable=False),
    )
    op.create_table(
        "automod_logs",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.Integer(), sa.ForeignKey("automod_rules.id", ondelete="SET NULL")),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "automod_stats",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("triggers", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("guild_id", "day"),
    )
    op.create_table(
        "automod_user_history",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("violations", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("guild_id", "user_id"),
    )
    op.create_index("idx_automod_logs_user", "automod_logs", ["guild_id", "user_id"])


def downgrade() -> None:
    op.drop_table("automod_user_history")
    op.drop_table("automod_stats")
    op.drop_table("automod_logs")
    op.drop_table("automod_actions")
    op.drop_table("automod_rules")
