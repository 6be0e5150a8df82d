# finds: drop-view:cfg.summary
"""drop view bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DROP MATERIALIZED VIEW cfg.summary")


def downgrade():
    raise NotImplementedError
