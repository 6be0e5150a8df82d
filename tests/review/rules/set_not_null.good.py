# finds: no-primary-key:cfg.panels
"""set not null good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("panels", sa.Column("id", sa.Integer()), sa.Column("title", sa.Text()), schema="cfg")
    op.alter_column("panels", "title", nullable=False, schema="cfg")


def downgrade():
    raise NotImplementedError
