"""gdpr_acceptance, config_audit_log

Revision ID: 016
Revises: 015
"""
import sqlalchemy as sa
from alembic import op

revision = "016"
down_revision = "015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gdpr_acceptance",
        sa.Column("user_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "config_audit_log",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("config_audit_log")
    op.drop_table("gdpr_acceptance")
