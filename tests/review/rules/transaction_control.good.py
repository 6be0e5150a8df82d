# finds:
"""transaction control good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.get_bind().begin_nested():
        op.execute("SAVEPOINT a")


def downgrade():
    raise NotImplementedError
