# finds: drop-table:cfg.panels drop-table:cfg.b no-primary-key:cfg.a several-tables-locked:cfg.b
"""drop table sql bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute(
        """
        CREATE TABLE cfg.a (id int);
        -- gone
        DROP TABLE IF EXISTS cfg.panels, cfg.b
        """
    )


def downgrade():
    raise NotImplementedError
