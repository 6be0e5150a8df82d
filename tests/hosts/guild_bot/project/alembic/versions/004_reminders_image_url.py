"""reminders.image_url

Revision ID: 004
Revises: 003
"""
import sqlalchemy as sa
from alembic import op

revision = "004"
down_revision = "003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("image_url", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("reminders", "image_url")
