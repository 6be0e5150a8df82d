# finds: drop-type:cfg.mood drop-type:cfg.colour sequence-reset:cfg.panels_id_seq
"""drop type bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    sa.Enum(name="colour", schema="cfg").drop(op.get_bind(), checkfirst=True)
    op.execute("DROP TYPE cfg.mood")
    op.execute("DROP SEQUENCE cfg.panels_id_seq")


def downgrade():
    raise NotImplementedError
