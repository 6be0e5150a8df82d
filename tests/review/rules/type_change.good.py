# finds: cached-plan:cfg.panels.body cached-plan:cfg.panels.title
"""type change good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "title", existing_type=sa.String(length=50), type_=sa.String(length=80), schema="cfg")
    op.alter_column("panels", "body", existing_type=sa.VARCHAR(), type_=sa.Text(), schema="cfg")


def downgrade():
    raise NotImplementedError
