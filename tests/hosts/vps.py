"""The host of a project as a test uses it: put back to its start, changed, asked, and acted on by `orchestrate`."""

import re
import shlex
import shutil

import debian
from host import Ended, Host, Started, until
from magikal import MAGIKAL
from project import Project
from snapshot import Snapshot, snapshot

# Edits of the shipped policy: a pattern and what takes its place.
TAKE_BACKUP = (r"(?s)  - backup:.*?(?=\n  - )", f"  - backup: {{ take: {MAGIKAL.backups} }}")
WITHOUT_REHEARSAL = (r"  - rehearsal: .*\n", "")
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


class Vps:
    def __init__(self, host: Host, project: Project):
        self.host, self.project = host, project
        shutil.copy(debian.wanted().build / "src/cli/orchestrate", host.path("/usr/bin/orchestrate"))

    # ---- the start of every test ----

    def reset(self) -> None:
        self.host.run("bash", f"/srv/{self.project.folder}/host/reset").ok()
        self.use_policy(SHORT_HOLD)

    def use_policy(self, *edits: tuple[str, str], mode: int = 0o644, rehearsed: bool = False) -> None:
        """The shipped one with these edits. A run takes less than half the time without its rehearsal."""
        text = self.project.policy.read_text()
        if not rehearsed:
            edits = (WITHOUT_REHEARSAL, *edits)
        for pattern, replacement in edits:
            text, count = re.subn(pattern, replacement.replace("\\", "\\\\"), text)
            assert count == 1, f"the shipped policy has {count} times: {pattern}"
        self.host.write(self.project.installed_policy, text, mode)

    def pending(self, body: str, revision: str | None = None, down_revision: str | None = None) -> None:
        """Instead of the migration that is pending: one with this `upgrade()`, and the code that needs none."""
        project = self.project
        revision, down_revision = revision or project.pending, down_revision or project.current
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        migration = MIGRATION.format(revision=revision, down_revision=down_revision, body=lines)
        owner = f"{project.user}:{project.user}"
        self.host.write(f"{project.checkout}/{project.versions}/{revision}.py", migration, owner=owner)
        for old in (project.files / "project").rglob("*.py"):
            changed = old.relative_to(project.files / "project")
            if (project.files / "update" / changed).exists():
                self.host.path(f"{project.checkout}/{changed}").write_bytes(old.read_bytes())

    # ---- asking ----

    def sql(self, statements: str, database: str | None = None) -> str:
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database or self.project.database, "-c", statements]
        return self.host.run(*command, user="postgres").ok().strip()

    def revision(self) -> str:
        return self.sql(f"SELECT string_agg(version_num, ' ') FROM {self.project.version_table}")

    def git(self, *words: str) -> str:
        asked = ["env", "GIT_OPTIONAL_LOCKS=0", "git", "-C", self.project.checkout, *words]
        return self.host.run(*asked, user=self.project.user).ok().rstrip()

    def unit(self, *properties: str) -> dict[str, str]:
        shown = self.host.run("systemctl", "show", *(f"--property={name}" for name in properties), self.project.unit).ok()
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
        active = f"usename = '{self.project.role}' AND state = 'active'"
        asked = f"SELECT count(*) FROM pg_stat_activity WHERE {active} AND query ~ '{words}'"
        return until(f"a statement with {words} runs", 30, lambda: self.sql(asked) != "0")

    def snapshot(self) -> Snapshot:
        return snapshot(self.host, self.project)

    # ---- acting ----

    def runbook(self, alembic: str) -> Ended:
        """An Alembic command as the document has it."""
        typed = f"cd {self.project.checkout}; {self.project.alembic} {alembic}"
        return self.host.run("bash", "-c", typed, user=self.project.user)

    def orchestrate(self, *words: str, user: str = "root", seconds: float = 90) -> Ended:
        ended = self.host.run("orchestrate", *words, user=user, seconds=seconds)
        assert self.project.password not in ended.out + ended.err
        return ended

    def apply(self, *options: str, user: str = "root", seconds: float = 90) -> Ended:
        return self.orchestrate("apply", self.project.app, *options, user=user, seconds=seconds)

    def start_apply(self, *options: str) -> Started:
        return self.host.start("orchestrate", "apply", self.project.app, *options)

    def approve(self, refused: Ended) -> None:
        """Accepts the red flag, with the command that the refusal names."""
        asked = re.search(rf"(orchestrate approve {self.project.app} .+) --reason", refused.out + refused.err)
        assert asked, str(refused)
        self.host.run(*shlex.split(asked.group(1)), "--reason", "agreed on").ok()

    def approve_all(self) -> None:
        """Every red flag of a migration that the test is not about."""
        while (planned := self.orchestrate("plan", self.project.app)).code == 3:
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
