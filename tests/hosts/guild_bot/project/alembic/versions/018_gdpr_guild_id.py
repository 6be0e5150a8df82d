"""gdpr_acceptance.guild_id

Revision ID: 018
Revises: 017
"""
import sqlalchemy as sa
from alembic import op

revision = "018"
down_revision = "017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gdpr_acceptance", sa.Column("guild_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("gdpr_acceptance", "guild_id")
