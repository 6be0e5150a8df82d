# finds: search-path:search_path
"""search path bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("SET search_path TO cfg")


def downgrade():
    raise NotImplementedError
