# finds: small-key:cfg.new timestamp-without-zone:cfg.panels.a
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("panels", sa.Column("a", sa.DateTime(), server_default=sa.func.now()), schema="cfg")
    op.add_column("panels", sa.Column("b", sa.Integer(), server_default="7"), schema="cfg")
    op.add_column("panels", sa.Column("c", sa.Text(), server_default=sa.text("'a' || 'b'")), schema="cfg")
    op.execute("ALTER TABLE cfg.panels ADD COLUMN d timestamptz DEFAULT CURRENT_TIMESTAMP")
    op.create_table("new", sa.Column("id", sa.Integer(), primary_key=True), schema="cfg")
    op.add_column("new", sa.Column("u", sa.UUID(), server_default=sa.text("gen_random_uuid()")), schema="cfg")


def downgrade():
    raise NotImplementedError
