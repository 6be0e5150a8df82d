# finds: rename:cfg.panels.title
"""rename as drop add good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "title", new_column_name="heading", schema="cfg")


def downgrade():
    raise NotImplementedError
