# finds: never-validated:cfg.panels.size
"""drop constraint good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_check_constraint("size", "panels", "size > 0", schema="cfg", postgresql_not_valid=True)


def downgrade():
    raise NotImplementedError
