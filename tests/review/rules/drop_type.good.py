# finds:
"""drop type good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    sa.Enum("red", "blue", name="colour", schema="cfg").create(op.get_bind(), checkfirst=True)
    op.execute("ALTER TYPE cfg.mood ADD VALUE IF NOT EXISTS 'calm'")


def downgrade():
    raise NotImplementedError
