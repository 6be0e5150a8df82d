# finds:
"""drop schema good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("CREATE SCHEMA IF NOT EXISTS cfg")


def downgrade():
    raise NotImplementedError
