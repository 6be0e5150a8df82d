# finds: drop-column:cfg.panels.title downgrade-loses-data:downgrade
"""a new column of another type is no rename"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("size", sa.Integer()), schema="cfg")
    op.drop_column("panels", "title", schema="cfg")


def downgrade():
    op.add_column("panels", sa.Column("title", sa.Text()), schema="cfg")
    op.drop_column("panels", "size", schema="cfg")
