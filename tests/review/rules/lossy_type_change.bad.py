# finds: lossy-type-change:cfg.panels.title lossy-type-change:cfg.panels.at lossy-type-change:cfg.panels.id mergeable-alters:cfg.panels
"""lossy type change bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "title", existing_type=sa.String(length=50), type_=sa.String(20), schema="cfg")
    op.alter_column("panels", "at", existing_type=sa.DateTime(), type_=sa.Date(), schema="cfg")
    op.alter_column("panels", "id", existing_type=sa.BigInteger(), type_=sa.Integer(), schema="cfg")


def downgrade():
    raise NotImplementedError
