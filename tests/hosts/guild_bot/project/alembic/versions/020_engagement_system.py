"""The engagement system

Revision ID: 020_engagement_system
Revises: 019
"""
from alembic import op

revision = "020_engagement_system"
down_revision = "019"
branch_labels = None
depends_on = None

TABLES = {
    "engagement_badges": "user_id BIGINT NOT NULL, badge TEXT NOT NULL",
    "engagement_og_claims": "user_id BIGINT NOT NULL, claimed_at TIMESTAMPTZ DEFAULT now()",
    "engagement_og_setup": "channel_id BIGINT, max_claims INTEGER NOT NULL DEFAULT 50",
    "engagement_challenges": "title TEXT NOT NULL, ends_at TIMESTAMPTZ",
    "engagement_participants": "challenge_id BIGINT NOT NULL, user_id BIGINT NOT NULL",
    "engagement_weekly_messages": "user_id BIGINT NOT NULL, messages INTEGER NOT NULL DEFAULT 0",
    "engagement_weekly_awards": "user_id BIGINT NOT NULL, award TEXT NOT NULL",
    "engagement_weekly_results": "week DATE NOT NULL, winner_id BIGINT",
    "engagement_streaks": "user_id BIGINT NOT NULL, days INTEGER NOT NULL DEFAULT 0",
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} (id BIGSERIAL PRIMARY KEY, guild_id BIGINT NOT NULL, {columns})")
    op.create_foreign_key(
        "fk_participants_challenge", "engagement_participants", "engagement_challenges", ["challenge_id"], ["id"]
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
