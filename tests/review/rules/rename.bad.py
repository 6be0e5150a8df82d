# finds: rename:cfg.panels rename:cfg.boards.title rename:cfg.logs several-tables-locked:cfg.logs
"""rename bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.rename_table("panels", "boards", schema="cfg")
    op.alter_column("boards", "title", new_column_name="name", schema="cfg")
    op.execute("ALTER TABLE cfg.logs SET SCHEMA cfg_old")


def downgrade():
    raise NotImplementedError
