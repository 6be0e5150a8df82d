"""custom_commands

Revision ID: 010
Revises: 009
"""
import sqlalchemy as sa
from alembic import op

revision = "010"
down_revision = "009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_commands",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.UniqueConstraint("guild_id", "name"),
    )


def downgrade() -> None:
    op.drop_table("custom_commands")
