# finds: drop-not-null:cfg.panels.title
"""drop column good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "title", nullable=True, schema="cfg")


def downgrade():
    raise NotImplementedError
