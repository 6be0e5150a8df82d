# finds: drop-view:cfg.summary cascade:cfg.summary cascade:cfg.panels.panels_pkey drop-constraint:cfg.panels.panels_pkey several-tables-locked:cfg.panels.panels_pkey
"""cascade bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DROP VIEW cfg.summary CASCADE; ALTER TABLE cfg.panels DROP CONSTRAINT panels_pkey CASCADE")


def downgrade():
    raise NotImplementedError
