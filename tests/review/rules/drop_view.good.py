# finds:
"""drop view good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("CREATE VIEW cfg.summary AS SELECT count(*) AS n FROM cfg.panels")


def downgrade():
    raise NotImplementedError
