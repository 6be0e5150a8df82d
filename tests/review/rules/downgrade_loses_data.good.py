# finds: drop-not-null:cfg.panels.size
"""downgrade loses data good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "size", nullable=True, schema="cfg")


def downgrade():
    op.alter_column("panels", "size", nullable=False, schema="cfg")
