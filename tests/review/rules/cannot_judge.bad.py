# finds: drop-table:cfg.panels drop-table:unknown_part cannot-judge:line-15 cannot-judge:line-16 cannot-judge:line-17 cannot-judge:line-19 cannot-judge:line-21 cannot-judge:line-22 cannot-judge:line-23 cannot-judge:line-24 cannot-judge:line-25 application-import:app.helpers row-by-row:line-19
"""cannot judge bad"""
import sqlalchemy as sa
from alembic import op
import os
from app.helpers import wipe
from sqlalchemy.orm import Session

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("DO $$ BEGIN DROP TABLE cfg.panels; END $$")
    op.sync_enum_values("cfg", "colour", ["red"], [])
    op.execute(f"DROP TABLE {os.environ['TABLE']}")
    if os.getenv("WIPE"):
        op.execute("SELECT 1; INSERT INTO cfg.a VALUES (1)")
    for row in op.get_bind().execute(sa.text("SELECT name FROM cfg.panels")):
        op.execute("INSERT INTO cfg.b VALUES (2)")
    wipe()
    op.execute("SELECT cfg.clean_up()")
    op.execute("DROP TALBE cfg.x")
    Session(bind=op.get_bind()).commit()
    while True:
        op.execute("INSERT INTO cfg.c VALUES (3)")


def downgrade():
    raise NotImplementedError
