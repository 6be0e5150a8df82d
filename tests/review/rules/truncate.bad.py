# finds: truncate:cfg.panels truncate:cfg.logs several-tables-locked:cfg.logs
"""truncate bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.get_bind().execute(sa.text("TRUNCATE cfg.panels, cfg.logs CASCADE"))


def downgrade():
    raise NotImplementedError
