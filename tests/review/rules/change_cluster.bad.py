# finds: change-cluster:ALTER_SYSTEM never-in-transaction:ALTER_SYSTEM
"""change cluster bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("ALTER SYSTEM SET work_mem = '1GB'")


def downgrade():
    raise NotImplementedError
