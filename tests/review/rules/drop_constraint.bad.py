# finds: drop-constraint:cfg.panels.panels_guild_fkey
"""drop constraint bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_constraint("panels_guild_fkey", "panels", type_="foreignkey", schema="cfg")


def downgrade():
    raise NotImplementedError
