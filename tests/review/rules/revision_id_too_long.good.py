# finds:
"""revision id too long good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    pass


def downgrade():
    raise NotImplementedError
