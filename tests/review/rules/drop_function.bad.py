# finds: drop-function:cfg.touch drop-function:cfg.panels.touch_it
"""drop function bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DROP FUNCTION IF EXISTS cfg.touch(int)")
    op.execute("DROP TRIGGER touch_it ON cfg.panels")


def downgrade():
    raise NotImplementedError
