# finds: never-validated:cfg.panels.fk_guild
"""validated at once good"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_foreign_key("fk_guild", "panels", "guilds", ["guild"], ["id"], source_schema="cfg",
                          referent_schema="cfg", postgresql_not_valid=True)
    op.execute("ALTER TABLE cfg.panels ADD CONSTRAINT u UNIQUE USING INDEX ux_panels")


def downgrade():
    raise NotImplementedError
