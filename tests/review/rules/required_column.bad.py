# finds: required-column:cfg.panels.size
"""required column bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("size", sa.Integer(), default=1, nullable=False), schema="cfg")


def downgrade():
    raise NotImplementedError
