# finds: create-index-not-concurrently:ix_panels_title create-index-not-concurrently:ix_b
"""create index not concurrently bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_index("ix_panels_title", "panels", ["title"], unique=False, schema="cfg")
    op.execute("CREATE INDEX ix_b ON cfg.panels (b)")


def downgrade():
    raise NotImplementedError
