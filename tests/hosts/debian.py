"""A Debian root for booted hosts: bootstrapped once, kept as a tar, unpacked as the read-only base of every host."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "orchestrate-hosts"

SYSTEM = ["systemd", "systemd-sysv", "dbus", "polkitd", "libpam-systemd", "procps", "sudo"]
# What any of the projects needs: one base serves them all.
PROJECT = ["postgresql", "git", "cron", "make", "python3", "python3-venv", "alembic", "python3-psycopg2", "python3-asyncpg",
           "python3-dotenv"]  # fmt: skip

BOOTSTRAP_SECONDS = 1200


@dataclass(frozen=True)
class Release:
    """One Debian release; `libraries` are the shared ones that our programs are linked with there."""

    number: str
    suite: str
    libraries: tuple[str, ...]


BOOKWORM = Release(
    "12",
    "bookworm",
    ("libpqxx-6.4", "libyaml-cpp0.7", "libsdbus-c++1", "libfmt9", "libpg-query1504.0", "libsqlite3-0", "libssl3"),
)


def base(release: Release) -> Path:
    """The unpacked root of a release; bootstrapped when neither it nor its tar is there."""
    packages = SYSTEM + PROJECT + list(release.libraries)
    root = CACHE / f"debian-{release.number}-{recipe_hash(release, packages)}"
    with exclusively(root.name):
        if not root.is_dir():
            tar = root.with_name(root.name + ".tar")
            if not tar.is_file():
                bootstrap(release, packages, tar)
            unpack(tar, root)
    return root


def recipe_hash(release: Release, packages: list[str]) -> str:
    recipe = Path(__file__).read_text() + release.suite + " ".join(packages)
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def mirror() -> str:
    """Where apt on this machine gets Debian's main archive from."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for line in targets.splitlines():
        if line.startswith("Debian Debian main "):
            return line.split(" ", 3)[3]
    raise RuntimeError("find a Debian mirror: apt knows no archive with origin and label Debian; run apt-get update")


def bootstrap(release: Release, packages: list[str], tar: Path) -> None:
    work = CACHE / f"bootstrap-{release.number}"
    shutil.rmtree(work, ignore_errors=True)
    packages_kept = CACHE / "packages"
    packages_kept.mkdir(exist_ok=True)
    log = CACHE / f"bootstrap-{release.number}.log"
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", f"--cache-dir={packages_kept}",
               release.suite, str(work), mirror()]  # fmt: skip
    with log.open("wb") as out:
        ended = subprocess.run(command, stdout=out, stderr=out, timeout=BOOTSTRAP_SECONDS)
    if ended.returncode != 0:
        raise RuntimeError(f"bootstrap Debian {release.number}: debootstrap ended with {ended.returncode}; see {log}")
    shutil.rmtree(work / "var/cache/apt/archives", ignore_errors=True)
    partial = tar.with_suffix(".partial")
    subprocess.run(["tar", "--numeric-owner", "--xattrs", "-C", work, "-cf", partial, "."], check=True)
    partial.rename(tar)
    shutil.rmtree(work)


def unpack(tar: Path, root: Path) -> None:
    partial = root.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    subprocess.run(["tar", "--numeric-owner", "--xattrs", "-C", partial, "-xf", tar], check=True)
    partial.rename(root)


@contextlib.contextmanager
def exclusively(name: str):
    """Of several test programs that need the same cached thing, one makes it and the others wait."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
