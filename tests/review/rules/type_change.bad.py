# finds: type-change:cfg.panels.size
"""type change bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "size", existing_type=sa.Integer(), type_=sa.BigInteger(), schema="cfg")


def downgrade():
    raise NotImplementedError
