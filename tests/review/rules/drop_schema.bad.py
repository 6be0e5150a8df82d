# finds: drop-schema:cfg drop-schema:cfg cascade:cfg drop-schema:DROP_OWNED
"""drop schema bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DROP SCHEMA cfg")
    op.execute(sa.schema.DropSchema("cfg", cascade=True))
    op.execute("DROP OWNED BY someone")


def downgrade():
    raise NotImplementedError
