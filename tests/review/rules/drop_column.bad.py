# finds: drop-column:cfg.panels.title drop-column:cfg.panels.body drop-column:cfg.panels.colour drop-column:cfg.panels.size
"""drop column bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_column("panels", "title", schema="cfg")
    with op.batch_alter_table("panels", schema="cfg") as whatever:
        whatever.drop_column("body")
    op.execute("ALTER TABLE cfg.panels DROP COLUMN colour, DROP COLUMN size")


def downgrade():
    raise NotImplementedError
