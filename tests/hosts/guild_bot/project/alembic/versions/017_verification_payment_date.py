"""verification_tickets.payment_date

Revision ID: 017
Revises: 016
"""
from alembic import op

revision = "017"
down_revision = "016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The verification cog makes this table when a guild first uses it.
    op.execute("ALTER TABLE IF EXISTS verification_tickets ADD COLUMN IF NOT EXISTS payment_date DATE")


def downgrade() -> None:
    op.execute("ALTER TABLE IF EXISTS verification_tickets DROP COLUMN IF EXISTS payment_date")
