# finds: no-timeout:lock_timeout no-timeout:statement_timeout
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("SET lock_timeout = 0")
    op.execute("RESET statement_timeout")


def downgrade():
    raise NotImplementedError
