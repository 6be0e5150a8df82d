# finds: replaced-in-place:cfg.one
"""drop function good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("CREATE OR REPLACE FUNCTION cfg.one() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$")


def downgrade():
    raise NotImplementedError
