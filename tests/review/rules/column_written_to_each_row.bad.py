# finds: column-written-to-each-row:cfg.panels.a column-written-to-each-row:cfg.panels.b column-written-to-each-row:cfg.panels.c column-written-to-each-row:cfg.panels.d mergeable-alters:cfg.panels serial-column:cfg.panels.d
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("a", sa.UUID(), server_default=sa.func.gen_random_uuid()), schema="cfg")
    op.add_column("panels", sa.Column("b", sa.UUID(), server_default=sa.text("uuid_generate_v4()")), schema="cfg")
    op.add_column("panels", sa.Column("c", sa.Integer(), sa.Computed("id * 2")), schema="cfg")
    op.execute("ALTER TABLE cfg.panels ADD COLUMN d bigserial")


def downgrade():
    raise NotImplementedError
