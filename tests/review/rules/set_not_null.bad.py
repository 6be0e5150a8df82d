# finds: set-not-null:cfg.panels.title set-not-null:cfg.panels.body mergeable-alters:cfg.panels
"""set not null bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.alter_column("panels", "title", existing_type=sa.Text(), nullable=False, schema="cfg")
    op.execute("ALTER TABLE cfg.panels ALTER COLUMN body SET NOT NULL")


def downgrade():
    raise NotImplementedError
