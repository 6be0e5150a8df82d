# finds: cached-plan:cfg.panels.price
"""lossy type change good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "price", existing_type=sa.Numeric(8, 2), type_=sa.Numeric(10, 2), schema="cfg")


def downgrade():
    raise NotImplementedError
