"""All that a run which changed nothing must leave as it was, as values that compare."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from host import Host
from project import Project


@dataclass(frozen=True)
class Snapshot:
    database: str
    checkout: dict
    service: str
    backups: dict


def snapshot(host: Host, project: Project) -> Snapshot:
    properties = ("InvocationID", "NRestarts", "ActiveState", "MainPID")
    return Snapshot(
        database=database(host, project),
        checkout=checkout(host, project),
        service=host.run("systemctl", "show", *(f"--property={name}" for name in properties), project.unit).ok(),
        backups=tree(host.path(project.backups)),
    )


def database(host: Host, project: Project) -> str:
    """Schema and rows as text, or why there is none; pg_dump's \\restrict key is random."""
    ended = host.run("pg_dump", project.database, user="postgres")
    text = ended.out or ended.err
    return "\n".join(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def checkout(host: Host, project: Project) -> dict:
    def git(*words: str) -> str:
        # Asked without GIT_OPTIONAL_LOCKS=0, status would write the index that is compared here.
        return host.run("env", "GIT_OPTIONAL_LOCKS=0", "git", "-c", "safe.directory=*", "-C", project.checkout, *words).ok()

    return {
        "head": git("rev-parse", "HEAD"),
        "branch": git("symbolic-ref", "HEAD"),
        "refs": git("for-each-ref"),
        "status": git("status", "--porcelain"),
        "index": file_hash(host.path(f"{project.checkout}/.git/index")),
        "files": tree(host.path(project.checkout), without=(".git",)),
    }


def tree(top: Path, without: tuple[str, ...] = ()) -> dict[str, tuple]:
    """Every directory and file below `top`: mode, owner, time of last change and content."""
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
