"""reminders.sent_message_id

Revision ID: 011
Revises: 010
"""
import sqlalchemy as sa
from alembic import op

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("sent_message_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("reminders", "sent_message_id")
