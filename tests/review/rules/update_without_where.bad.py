# finds: update-without-where:cfg.panels update-without-where:cfg.tickets
"""update without where bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("WITH x AS (UPDATE cfg.panels SET a = 1 RETURNING a) SELECT a FROM x")
    op.get_bind().execute(sa.table("tickets", sa.column("id"), schema="cfg").update().values(id=4))


def downgrade():
    raise NotImplementedError
