# finds: replaced-in-place:cfg.summary
"""cascade good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("CREATE OR REPLACE VIEW cfg.summary AS SELECT 1 AS one")


def downgrade():
    raise NotImplementedError
