"""guild configuration"""

import sqlalchemy as sa
from alembic import op

revision = "001_guild_config"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "guild_config",
        sa.Column("guild_id", sa.BigInteger, primary_key=True),
        sa.Column("prefix", sa.Text, nullable=False, server_default="!"),
        schema="cfg",
    )


def downgrade():
    op.drop_table("guild_config", schema="cfg")
