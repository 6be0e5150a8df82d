# finds:
"""host access good"""
import sqlalchemy as sa
from alembic import op
import os

revision = "0002"
down_revision = "0001"


def upgrade():
    name = os.path.join("a", "b")
    print(name)


def downgrade():
    raise NotImplementedError
