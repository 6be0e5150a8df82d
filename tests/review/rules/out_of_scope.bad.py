# finds: out-of-scope:billing.invoices out-of-scope:spare version-table:cfg.alembic_version small-key:billing.invoices small-key:spare
"""out of scope bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("spare", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table("invoices", sa.Column("id", sa.Integer(), primary_key=True), schema="billing")
    op.execute("UPDATE cfg.alembic_version SET version_num = 'x' WHERE true IS NULL")


def downgrade():
    raise NotImplementedError
