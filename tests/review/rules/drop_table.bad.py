# finds: drop-table:cfg.panels
"""drop table bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_table("panels", schema="cfg")


def downgrade():
    raise NotImplementedError
