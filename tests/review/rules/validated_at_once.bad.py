# finds: constraint-validated-at-once:cfg.panels.fk_guild constraint-validated-at-once:cfg.panels.owner constraint-validated-at-once:cfg.panels.uq_title foreign-key-without-index:cfg.panels.owner unnamed-constraint:cfg.panels.owner
"""validated at once bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_foreign_key("fk_guild", "panels", "guilds", ["guild"], ["id"], source_schema="cfg", referent_schema="cfg")
    op.add_column("panels", sa.Column("owner", sa.Integer(), sa.ForeignKey("cfg.users.id")), schema="cfg")
    op.create_unique_constraint("uq_title", "panels", ["title"], schema="cfg")


def downgrade():
    raise NotImplementedError
