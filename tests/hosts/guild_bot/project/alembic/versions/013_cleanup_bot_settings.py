"""Cleanup of stale bot_settings rows

Revision ID: 013
Revises: 012
"""
from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM bot_settings WHERE scope = 'embedwatcher'")
    op.execute("DELETE FROM bot_settings WHERE scope = 'guild' AND key = 'module_status'")
    op.execute("DELETE FROM bot_settings WHERE scope = 'module_status' AND key = 'gdpr'")
    op.execute("DELETE FROM bot_settings WHERE scope = 'system' AND key = 'onboarding_channel_id'")


def downgrade() -> None:
    # Deleted settings do not come back; the defaults apply.
    pass
