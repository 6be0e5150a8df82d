"""The host of the Magikal runbook: a guild bot, its database that a shop shares, its checkout, its dumps, its service."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import debian
from host import Ended, Host, until

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
FILES = HERE / "magikal"
POLICY = REPOSITORY / "policies/magikal-bot.yaml"
BUILD = Path(os.environ.get("ORCHESTRATE_BUILD", REPOSITORY / "build/release"))
BINARY = BUILD / "src/cli/orchestrate"

PASSWORD = "Wintergarten-7731"
PROJECT = "/home/magikalbot/magikal-bot"
BACKUPS = "/home/magikalbot/backups"
STATE = "/var/lib/orchestrate"
INSTALLED_POLICY = "/etc/orchestrate/policies/magikal-bot.yaml"
UNIT = "magikal-bot.service"
RUNBOOK_ALEMBIC = (
    f"cd {PROJECT}; set -a; . /etc/magikal-bot.env; set +a; ./.venv/bin/python -m alembic -c migrations/alembic.ini "
)


def layer() -> Path:
    """The set-up host as a layer above its Debian, made once per content of what makes it."""
    root = debian.base(debian.BOOKWORM)
    made_from = sorted(file for file in FILES.rglob("*") if file.is_file())
    content = hashlib.sha256(PASSWORD.encode() + b"".join(file.read_bytes() for file in made_from)).hexdigest()[:12]
    kept = debian.CACHE / f"{root.name}-magikal-{content}"
    with debian.exclusively(kept.name):
        if not kept.is_dir():
            make_layer(root, kept)
    return kept


def make_layer(root: Path, kept: Path) -> None:
    partial = kept.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with Host(root) as host:
        host.boot()
        shutil.copytree(FILES, host.path("/srv/magikal"))
        host.run("bash", "/srv/magikal/host/set-up", PASSWORD, seconds=120).ok()
        host.power_off()
        subprocess.run(["cp", "--archive", host.upper, partial], check=True)
    partial.rename(kept)


@dataclass(frozen=True)
class Snapshot:
    """All that a run which changed nothing must leave as it was."""

    database: str
    checkout: dict
    service: str
    backups: dict


class Magikal:
    def __init__(self, host: Host):
        self.host = host
        if BINARY.is_file():
            shutil.copy(BINARY, host.path("/usr/bin/orchestrate"))

    def reset(self) -> None:
        self.host.run("bash", "/srv/magikal/host/reset").ok()
        if POLICY.is_file():
            self.host.write(INSTALLED_POLICY, POLICY.read_text())

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

    def journal(self) -> str:
        """What the service's present invocation wrote."""
        invocation = self.unit("InvocationID")["InvocationID"]
        return self.host.run("journalctl", "--quiet", "--output=cat", f"_SYSTEMD_INVOCATION_ID={invocation}").ok()

    def wait_for_journal(self, words: str) -> bool:
        return until(f"the journal says {words}", 10, lambda: words in self.journal())

    def runbook(self, alembic: str) -> Ended:
        """An Alembic command as the runbook has it."""
        return self.host.run("bash", "-c", RUNBOOK_ALEMBIC + alembic, user="magikalbot")

    def snapshot(self) -> Snapshot:
        return Snapshot(
            database=self.dumped_database(),
            checkout=self.checkout(),
            service=str(self.unit("InvocationID", "NRestarts", "ActiveState", "MainPID")),
            backups=tree(self.host.path(BACKUPS)),
        )

    def dumped_database(self) -> str:
        """Schema and rows as text; pg_dump's \\restrict key is random."""
        dump = self.host.run("pg_dump", "appdb", user="postgres").ok()
        return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))

    def checkout(self) -> dict:
        return {
            "head": self.git("rev-parse", "HEAD"),
            "branch": self.git("symbolic-ref", "HEAD"),
            "status": self.git("status", "--porcelain"),
            "index": file_hash(self.host.path(f"{PROJECT}/.git/index")),
            "files": tree(self.host.path(PROJECT), without=(".git", ".venv")),
        }


def tree(top: Path, without: tuple[str, ...] = ()) -> dict[str, tuple]:
    """Every file below `top` with its mode, owner, time of change and content."""
    found = {}
    for below, directories, files in os.walk(top):
        directories[:] = [name for name in directories if name not in without]
        for name in [*directories, *files]:
            file = Path(below, name)
            status = file.lstat()
            content = file_hash(file) if file.is_file() and not file.is_symlink() else ""
            found[str(file.relative_to(top))] = (oct(status.st_mode), status.st_uid, status.st_mtime_ns, content)
    return found


def file_hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
