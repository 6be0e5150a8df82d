# finds: no-primary-key:cfg.panels
"""drop index good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("panels", sa.Column("id", sa.Integer()), schema="cfg")
    op.create_index("ix_panels_id", "panels", ["id"], schema="cfg")
    op.drop_index("ix_panels_id", table_name="panels", schema="cfg")


def downgrade():
    raise NotImplementedError
