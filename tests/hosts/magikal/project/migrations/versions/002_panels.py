"""panel-backed storage"""

import sqlalchemy as sa
from alembic import op

revision = "002_panels"
down_revision = "001_guild_config"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "panels",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("guild_id", sa.BigInteger, sa.ForeignKey("cfg.guild_config.guild_id"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        schema="cfg",
    )


def downgrade():
    op.drop_table("panels", schema="cfg")
