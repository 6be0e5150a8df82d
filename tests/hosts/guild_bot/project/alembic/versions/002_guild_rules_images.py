"""guild_rules: image columns

Revision ID: 002
Revises: 001_initial_schema
"""
import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001_initial_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guild_rules", sa.Column("thumbnail_url", sa.Text(), nullable=True))
    op.add_column("guild_rules", sa.Column("image_url", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("guild_rules", "image_url")
    op.drop_column("guild_rules", "thumbnail_url")
