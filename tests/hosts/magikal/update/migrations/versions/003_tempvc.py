"""temporary voice channels"""

import sqlalchemy as sa
from alembic import op

revision = "003_tempvc"
down_revision = "002_panels"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "tempvc",
        sa.Column("channel_id", sa.BigInteger, primary_key=True),
        sa.Column("panel_id", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema="cfg",
    )
    op.add_column("panels", sa.Column("tempvc_category", sa.BigInteger), schema="cfg")


def downgrade():
    op.drop_column("panels", "tempvc_category", schema="cfg")
    op.drop_table("tempvc", schema="cfg")
