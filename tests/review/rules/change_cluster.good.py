# finds:
"""change cluster good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("COMMENT ON TABLE cfg.panels IS 'one for each message'")


def downgrade():
    raise NotImplementedError
