# finds:
"""update without where good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("UPDATE cfg.panels SET title = lower(title) WHERE title <> lower(title)")
    t = sa.table("tickets", sa.column("id"), schema="cfg")
    op.get_bind().execute(sa.update(t).where(t.c.id == 3).values(id=4))


def downgrade():
    raise NotImplementedError
