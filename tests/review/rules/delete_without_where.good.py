# finds:
"""delete without where good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DELETE FROM cfg.panels WHERE title IS NULL")
    t = sa.table("tickets", sa.column("id", sa.Integer), schema="cfg")
    op.execute(t.delete().where(t.c.id == 4))


def downgrade():
    raise NotImplementedError
