"""Guild ID indexes

Revision ID: 012
Revises: 011
"""
from alembic import op

revision = "012"
down_revision = "011"
branch_labels = None
depends_on = None

TABLES = ["reminders", "support_tickets", "faq_entries", "guild_rules", "settings_history", "premium_subs"]


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"idx_{table}_guild_id", table, ["guild_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"idx_{table}_guild_id", table_name=table)
