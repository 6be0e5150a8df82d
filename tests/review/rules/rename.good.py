# finds:
"""rename good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("name", sa.Text()), schema="cfg")


def downgrade():
    raise NotImplementedError
