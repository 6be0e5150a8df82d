"""Removes all remaining module_status rows: the scope is obsolete

Revision ID: 021_cleanup_module_status
Revises: 020_engagement_system
"""
from alembic import op

revision = "021_cleanup_module_status"
down_revision = "020_engagement_system"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM bot_settings WHERE scope = 'module_status'")


def downgrade() -> None:
    # The scope is obsolete; nothing reads it.
    pass
