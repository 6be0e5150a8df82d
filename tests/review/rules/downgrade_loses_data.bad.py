# finds: downgrade-loses-data:downgrade
"""downgrade loses data bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("size", sa.Integer()), schema="cfg")


def downgrade():
    op.drop_column("panels", "size", schema="cfg")
