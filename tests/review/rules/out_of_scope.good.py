# finds: small-key:cfg.spare
"""out of scope good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("spare", sa.Column("id", sa.Integer(), primary_key=True), schema="cfg")


def downgrade():
    raise NotImplementedError
