"""The API's observability tables, which its lifespan made at run time until now

Revision ID: 022_api_observability_tables
Revises: 021_cleanup_module_status
"""
from alembic import op

revision = "022_api_observability_tables"
down_revision = "021_cleanup_module_status"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS audit_logs (
            id BIGSERIAL PRIMARY KEY,
            guild_id BIGINT,
            action TEXT
        )
        """
    )
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS health_check_history (
            id BIGSERIAL PRIMARY KEY,
            service TEXT
        )
        """
    )
    op.execute("CREATE INDEX IF NOT EXISTS idx_audit_logs_guild_id ON audit_logs (guild_id)")
    op.execute("CREATE INDEX IF NOT EXISTS idx_health_check_history_service ON health_check_history (service)")
    op.execute("CREATE INDEX IF NOT EXISTS idx_reminders_event_time ON reminders (event_time)")


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS idx_reminders_event_time")
    op.execute("DROP INDEX IF EXISTS idx_health_check_history_service")
    op.execute("DROP INDEX IF EXISTS idx_audit_logs_guild_id")
