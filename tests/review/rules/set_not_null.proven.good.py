# finds: validated-in-same-transaction:cfg.panels.panels_title_not_null new-restriction:panels_title_not_null
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_check_constraint("panels_title_not_null", "panels", "title IS NOT NULL", postgresql_not_valid=True, schema="cfg")
    op.execute("ALTER TABLE cfg.panels VALIDATE CONSTRAINT panels_title_not_null")
    op.alter_column("panels", "title", nullable=False, schema="cfg")


def downgrade():
    op.alter_column("panels", "title", nullable=True, schema="cfg")
