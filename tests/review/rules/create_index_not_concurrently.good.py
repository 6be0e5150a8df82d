# finds:
"""create index not concurrently good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_panels_title", "panels", ["title"], schema="cfg", postgresql_concurrently=True)


def downgrade():
    raise NotImplementedError
