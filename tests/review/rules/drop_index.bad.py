# finds: drop-index:ix_panels_title drop-index:ix_old
"""drop index bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_index(op.f("ix_panels_title"), table_name="panels", schema="cfg")
    op.execute("DROP INDEX cfg.ix_old")


def downgrade():
    raise NotImplementedError
