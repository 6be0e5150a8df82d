# finds: drop-table:cfg.panels rename-as-drop-add:cfg.panels downgrade-loses-data:downgrade no-primary-key:cfg.boards
"""rename as drop add of a table"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("boards", sa.Column("id", sa.Integer()), sa.Column("title", sa.Text()), schema="cfg")
    op.drop_table("panels", schema="cfg")


def downgrade():
    op.create_table("panels", sa.Column("id", sa.Integer()), sa.Column("title", sa.Text()), schema="cfg")
    op.drop_table("boards", schema="cfg")
