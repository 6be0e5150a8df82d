# finds: rewrite:cfg.panels rebuild:cfg.summary lock-table:cfg.panels work-under-lock:cfg.panels several-tables-locked:cfg.summary
"""rewrite bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("LOCK TABLE cfg.panels; REFRESH MATERIALIZED VIEW cfg.summary; CLUSTER cfg.panels")


def downgrade():
    raise NotImplementedError
