# finds: transaction-control:COMMIT transaction-control:commit()
"""transaction control bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("COMMIT")
    op.get_bind().commit()


def downgrade():
    raise NotImplementedError
