# finds: delete-without-where:cfg.panels delete-without-where:cfg.logs delete-without-where:cfg.old delete-without-where:cfg.tickets delete-without-where:cfg.xp
"""delete without where bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DELETE FROM cfg.panels")
    op.execute("DELETE FROM cfg.logs WHERE 1 = 1")
    op.execute("DELETE FROM cfg.old WHERE true")
    t = sa.table("tickets", sa.column("id"), schema="cfg")
    op.execute(t.delete())
    op.execute(sa.delete(sa.table("xp", schema="cfg")))


def downgrade():
    raise NotImplementedError
