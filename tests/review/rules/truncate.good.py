# finds:
"""truncate good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.get_bind().execute(sa.text("DELETE FROM cfg.panels WHERE created < :day").bindparams(day="2020-01-01"))


def downgrade():
    raise NotImplementedError
