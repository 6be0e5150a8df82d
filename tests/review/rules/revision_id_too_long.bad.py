# finds: revision-id-too-long:
"""revision id too long bad"""
import sqlalchemy as sa
from alembic import op

revision = "0002_add_the_table_of_all_the_panels"
down_revision = "0001"


def upgrade():
    pass


def downgrade():
    raise NotImplementedError
