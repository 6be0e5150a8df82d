# finds: small-key:cfg.panels_tmp
"""drop table good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("panels_tmp", sa.Column("id", sa.Integer(), primary_key=True), schema="cfg")
    op.drop_table("panels_tmp", schema="cfg")


def downgrade():
    raise NotImplementedError
