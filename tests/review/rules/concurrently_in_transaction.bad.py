# finds: concurrently-in-transaction:ix_a
"""concurrently in transaction bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_index("ix_a", "panels", ["a"], schema="cfg", postgresql_concurrently=True)


def downgrade():
    raise NotImplementedError
