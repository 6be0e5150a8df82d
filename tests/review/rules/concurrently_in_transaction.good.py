# finds: masked-index:ix_a
"""concurrently in transaction good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_a ON cfg.panels (a)")


def downgrade():
    raise NotImplementedError
