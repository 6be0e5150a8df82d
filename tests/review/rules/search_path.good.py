# finds:
"""search path good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")


def downgrade():
    raise NotImplementedError
