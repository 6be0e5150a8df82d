"""The Debian releases, and a root of each: bootstrapped once, kept as a tar, unpacked as the read-only base of hosts."""

import contextlib
import fcntl
import hashlib
import inspect
import os
import platform
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OWN_BUILD = Path(os.environ.get("ORCHESTRATE_BUILD", REPOSITORY / "build/release"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "orchestrate-hosts"

SYSTEM = ["systemd", "systemd-sysv", "dbus", "polkitd", "libpam-systemd", "procps", "sudo", "tzdata"]
# What any of the projects needs: one base serves them all.
PROJECT = ["postgresql", "bubblewrap", "git", "cron", "make", "python3", "python3-venv", "alembic", "python3-psycopg2", "python3-asyncpg",
           "python3-dotenv", "strace", "faketime"]  # fmt: skip

BOOTSTRAP_SECONDS = 1200
ANSWER_SECONDS = 20


class Absent(Exception):
    """Another release than this machine's cannot be had here: what is about it is skipped, by name."""


@dataclass(frozen=True)
class Release:
    """One Debian release; `libraries` are the shared ones that our programs are linked with there."""

    number: str
    suite: str
    postgres: str  # its major version
    libraries: tuple[str, ...]
    more: tuple[str, ...] = ()  # what projects use and not every release has

    @property
    def cluster(self) -> str:
        """The unit of its one PostgreSQL server."""
        return f"postgresql@{self.postgres}-main.service"

    @property
    def postgres_programs(self) -> str:
        return f"/usr/lib/postgresql/{self.postgres}/bin"

    @property
    def build(self) -> Path:
        """Where what was built for it lies: this machine's own build, or that of `scripts/on-debian`."""
        if self == here():
            return OWN_BUILD
        built = REPOSITORY / f"build/debian-{self.number}/release"
        if not built.is_dir():
            raise Absent(f"no Debian {self.number} here: nothing is built for it; ctest -R debian{self.number}.build does")
        return built


BOOKWORM = Release(
    "12",
    "bookworm",
    "15",
    ("libpqxx-6.4", "libyaml-cpp0.7", "libsdbus-c++1", "libfmt9", "libpg-query1504.0", "libsqlite3-0", "libssl3", "libdate-tz3",
     "libsimdjson14"),
    ("python3-sqlmodel",),
)
TRIXIE = Release(
    "13",
    "trixie",
    "17",
    ("libpqxx-7.10", "libyaml-cpp0.8", "libsdbus-c++2", "libfmt10", "libpg-query1706.0", "libsqlite3-0", "libssl3t64",
     "libdate-tz3", "libsimdjson25"),
    ("python3-advanced-alchemy", "uvicorn"),
)
RELEASES = {release.number: release for release in (BOOKWORM, TRIXIE)}


def here() -> Release:
    """This machine's own."""
    return RELEASES[platform.freedesktop_os_release()["VERSION_ID"]]


def wanted() -> Release:
    """The one whose hosts these tests boot."""
    return RELEASES[os.environ["ORCHESTRATE_RELEASE"]] if "ORCHESTRATE_RELEASE" in os.environ else here()


def base(release: Release) -> Path:
    """The unpacked root of a release; bootstrapped when neither it nor its tar is there."""
    packages = SYSTEM + PROJECT + list(release.libraries + release.more)
    root = CACHE / f"debian-{release.number}-{recipe_hash(release, packages)}"
    with exclusively(root.name):
        if not root.is_dir():
            tar = root.with_name(root.name + ".tar")
            if not tar.is_file():
                require_archive(release)
                bootstrap(release, packages, tar)
            unpack(tar, root)
    return root


def recipe_hash(release: Release, packages: list[str]) -> str:
    recipe = inspect.getsource(bootstrap) + release.suite + " ".join(packages)
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


def require_archive(release: Release) -> None:
    """A release that is not this machine's own may be out of reach."""
    if release == here():
        return
    index = f"{mirror().rstrip('/')}/dists/{release.suite}/InRelease"
    try:
        urllib.request.urlopen(index, timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise Absent(f"no Debian {release.number} here: {index} does not answer: {error}") from error


def bootstrap(release: Release, packages: list[str], tar: Path) -> None:
    work = tar.with_suffix(".bootstrap")  # of this recipe: two checkouts may bootstrap at the same time
    remove_root(work)
    packages_kept = CACHE / "packages"
    packages_kept.mkdir(exist_ok=True)
    log = tar.with_suffix(".log")
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


def remove_root(work: Path) -> None:
    """What a killed debootstrap left may have a /proc in it."""
    if (work / "proc").is_mount():
        subprocess.run(["umount", work / "proc"], check=True)
    shutil.rmtree(work, ignore_errors=True)


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
