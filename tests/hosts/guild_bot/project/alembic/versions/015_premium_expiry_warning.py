"""premium_subs.expiry_warning_sent_at

Revision ID: 015
Revises: 014
"""
import sqlalchemy as sa
from alembic import op

revision = "015"
down_revision = "014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("premium_subs", sa.Column("expiry_warning_sent_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("premium_subs", "expiry_warning_sent_at")
