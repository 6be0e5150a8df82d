# finds:
"""cannot judge good"""
import sqlalchemy as sa
from alembic import op
from alembic import context


def comment(table, text="none"):
    op.execute("COMMENT ON TABLE cfg.%s IS '%s'" % (table, text))


revision = "0002"
down_revision = "0001"


def upgrade():
    schema = "cfg"
    for name in ("a", "b"):
        op.execute(f"COMMENT ON TABLE {schema}.{name} IS 'x'")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA anything")
    else:
        comment("c", text="y")
    if context.is_offline_mode():
        raise RuntimeError("online only")


def downgrade():
    raise NotImplementedError
