# finds: drop-column:cfg.panels.title rename-as-drop-add:cfg.panels.title
"""rename as drop add bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("heading", sa.Text()), schema="cfg")
    op.drop_column("panels", "title", schema="cfg")


def downgrade():
    raise NotImplementedError
