"""The Magikal host as a test uses it: put back to its start, changed, asked, and acted on by `orchestrate`."""

import re
import shlex
import shutil

import magikal
from host import Ended, Host, Started, until
from magikal import ENV_FILE, PASSWORD, PROJECT, UNIT, VERSIONS
from snapshot import Snapshot, snapshot

# Edits of the shipped policy: a pattern and what takes its place.
TAKE_BACKUP = (r"(?s)  - backup:.*?(?=\n  - )", f"  - backup: {{ take: {magikal.BACKUPS} }}")
NO_HOLD = (r"stable_for: \w+", "stable_for: 0")
SHORT_HOLD = (r"stable_for: \w+", "stable_for: 1s")

MIGRATION = '''import os
import signal
import subprocess
import sys
import time

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down_revision!r}
branch_labels = None
depends_on = None


def upgrade():
{body}


def downgrade():
    pass
'''
# The variables of the runbook's environment, in the runbook's own way.
ALEMBIC = f"cd {PROJECT}; set -a; . {ENV_FILE}; set +a; ./.venv/bin/python -m alembic -c migrations/alembic.ini "


class Vps:
    def __init__(self, host: Host):
        self.host = host
        shutil.copy(magikal.BUILD / "src/cli/orchestrate", host.path("/usr/bin/orchestrate"))

    # ---- the start of every test ----

    def reset(self) -> None:
        self.host.run("bash", "/srv/magikal/host/reset").ok()
        self.use_policy(SHORT_HOLD)

    def use_policy(self, *edits: tuple[str, str], mode: int = 0o644) -> None:
        text = magikal.POLICY.read_text()
        for pattern, replacement in edits:
            text, count = re.subn(pattern, replacement.replace("\\", "\\\\"), text)
            assert count == 1, f"the shipped policy has {count} times: {pattern}"
        self.host.write(magikal.INSTALLED_POLICY, text, mode)

    def pending(self, body: str, revision: str = "003_tempvc", down_revision: str = "002_panels") -> None:
        """Instead of the migration that is pending: one with this `upgrade()`, and the bot that needs none."""
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        migration = MIGRATION.format(revision=revision, down_revision=down_revision, body=lines)
        self.host.write(f"{VERSIONS}/{revision}.py", migration, owner="magikalbot:magikalbot")
        self.host.path(f"{PROJECT}/bot.py").write_bytes((magikal.FILES / "project/bot.py").read_bytes())

    # ---- asking ----

    def sql(self, statements: str, database: str = "appdb") -> str:
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statements]
        return self.host.run(*command, user="postgres").ok().strip()

    def revision(self) -> str:
        return self.sql("SELECT string_agg(version_num, ' ') FROM cfg.alembic_version")

    def git(self, *words: str) -> str:
        return self.host.run("env", "GIT_OPTIONAL_LOCKS=0", "git", "-C", PROJECT, *words, user="magikalbot").ok().rstrip()

    def unit(self, *properties: str) -> dict[str, str]:
        shown = self.host.run("systemctl", "show", *(f"--property={name}" for name in properties), UNIT).ok()
        return dict(line.split("=", 1) for line in shown.splitlines())

    def invocation(self) -> str:
        return self.unit("InvocationID")["InvocationID"]

    def journal(self) -> str:
        """What the service's present invocation wrote."""
        return self.host.run("journalctl", "--quiet", "--output=cat", f"_SYSTEMD_INVOCATION_ID={self.invocation()}").ok()

    def wait_for_journal(self, words: str) -> bool:
        return until(f"the journal says {words}", 10, lambda: words in self.journal())

    def wait_for_process(self, words: str) -> bool:
        return until(f"a process {words} runs", 30, lambda: self.host.run("pgrep", "-f", words).code == 0)

    def wait_for_statement(self, words: str) -> bool:
        """Until a client of the bot's role is in the middle of such a statement."""
        asked = f"SELECT count(*) FROM pg_stat_activity WHERE usename = 'magikal' AND state = 'active' AND query ~ '{words}'"
        return until(f"a statement with {words} runs", 30, lambda: self.sql(asked) != "0")

    def snapshot(self) -> Snapshot:
        return snapshot(self.host)

    # ---- acting ----

    def runbook(self, alembic: str) -> Ended:
        """An Alembic command as the runbook has it."""
        return self.host.run("bash", "-c", ALEMBIC + alembic, user="magikalbot")

    def orchestrate(self, *words: str, user: str = "root", seconds: float = 90) -> Ended:
        ended = self.host.run("orchestrate", *words, user=user, seconds=seconds)
        assert PASSWORD not in ended.out + ended.err
        return ended

    def apply(self, *options: str, user: str = "root", seconds: float = 90) -> Ended:
        return self.orchestrate("apply", "magikal-bot", *options, user=user, seconds=seconds)

    def start_apply(self, *options: str) -> Started:
        return self.host.start("orchestrate", "apply", "magikal-bot", *options)

    def approve(self, refused: Ended) -> None:
        """Accepts the red flag, with the command that the refusal names."""
        asked = re.search(r"(orchestrate approve magikal-bot .+) --reason", refused.out + refused.err)
        assert asked, str(refused)
        self.host.run(*shlex.split(asked.group(1)), "--reason", "agreed on").ok()

    def approve_all(self) -> None:
        """Every red flag of a migration that the test is not about."""
        while (planned := self.orchestrate("plan", "magikal-bot")).code == 3:
            self.approve(planned)
        assert planned.code == 0, str(planned)

    def apply_approving(self) -> Ended:
        self.approve_all()
        return self.apply()


def line_with(ended: Ended, *words: str) -> str:
    """The one line that says it all: an operator must not have to put it together."""
    lines = (ended.out + ended.err).splitlines()
    found = [line for line in lines if all(word.lower() in line.lower() for word in words)]
    assert found, f"no line with {words}:\n{ended}"
    return found[0]


def refused(vps: Vps, before: Snapshot, code: int, *words: str, **how) -> Ended:
    """`apply` ends with `code` and a line with `words`, and nothing has changed since `before`."""
    ended = vps.apply(**how)
    assert ended.code == code, str(ended)
    line_with(ended, *words)
    assert vps.snapshot() == before
    return ended
