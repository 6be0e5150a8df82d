# finds:
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET statement_timeout = 60000")
    op.execute("SET work_mem = 0")


def downgrade():
    raise NotImplementedError
