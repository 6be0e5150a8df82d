"""A booted Debian host for tests: systemd as PID 1, PostgreSQL, git, cron, polkit and the journal are all real."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import cgroup
import debian
import overlay

RUNNING = debian.CACHE / "running"
BOOT_SECONDS = 90
POWER_OFF_SECONDS = 30
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
               "HOME": "/root", "TERM": "dumb"}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command in the host ended."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    def ok(self) -> str:
        """Its output; a failure here is a fault of the test's set-up, not its finding."""
        assert self.code == 0, f"{self}"
        return self.out

    def __str__(self) -> str:
        return f"$ {' '.join(self.argv)}\n{self.out}{self.err}exit {self.code} after {self.seconds:.1f} s"


class Started:
    """A command that runs in the host while the test goes on."""

    def __init__(self, argv: tuple[str, ...], child: subprocess.Popen):
        self.argv, self.child, self.at = argv, child, time.monotonic()

    def pid(self) -> int:
        """Its number as this machine sees it; nsenter itself stays outside and is the parent."""
        return until("the command runs in the host", 10, lambda: next(iter(children(self.child.pid)), None))

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid(), number)

    def wait(self, seconds: float) -> Ended:
        try:
            return self.ended(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"no end within {seconds} s: {self.end()}") from None

    def end(self) -> Ended:
        """Kills it, if it still runs."""
        for pid in children(self.child.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return self.ended(10)

    def ended(self, seconds: float) -> Ended:
        out, err = self.child.communicate(timeout=seconds)
        return Ended(self.argv, self.child.returncode, text(out), text(err), time.monotonic() - self.at)


class Host:
    """One host. Its files are a copy-on-write layer above shared read-only ones and go away with it."""

    def __init__(self, *lowers: Path):
        """`lowers`: read-only layers, the topmost first."""
        with debian.exclusively("running"):
            remove_leftovers()
            self.place = RUNNING / f"host-{uuid.uuid4().hex[:8]}"
            self.lock = hold(self.place)
        self.place.mkdir()
        cgroup.create(self.place.name)
        self.upper = self.place / "layer/upper"
        self.root = self.place / "root"
        self.nspawn: subprocess.Popen | None = None
        self.leader = 0
        overlay.mount(self.place, lowers)

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def end(self) -> None:
        try:
            self.power_off()
        finally:
            remove(self.place)
            self.lock.close()

    def boot(self) -> "Host":
        with (self.place / "console.log").open("wb") as console:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--machine=vps", "--register=no", "--keep-unit",
                 "--private-network", "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=pipe",
                 "--boot"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
                preexec_fn=lambda: cgroup.enter(self.place.name),
            )  # fmt: skip
        self.leader = until("the host has a PID 1", BOOT_SECONDS, self.find_leader)
        until("the host is up", BOOT_SECONDS, self.is_up)
        return self

    def find_leader(self) -> int | None:
        if self.nspawn.poll() is not None:
            raise AssertionError(f"the host ended while booting:\n{(self.place / 'console.log').read_text()}")
        return next((pid for pid in children(self.nspawn.pid) if is_pid_one(pid)), None)

    def is_up(self) -> bool:
        return self.run("systemctl", "is-system-running").out.strip() in ("running", "degraded")

    def start(self, *argv: str, user: str = "root", stdin=subprocess.DEVNULL) -> Started:
        become = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--reset-env"]
        child = subprocess.Popen(
            ["nsenter", "--all", f"--target={self.leader}", "--", *become, *argv],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, bufsize=0,
        )  # fmt: skip
        return Started(argv, child)

    def run(self, *argv: str, user: str = "root", seconds: float = 60) -> Ended:
        return self.start(*argv, user=user).wait(seconds)

    def shell(self, script: str, user: str = "root", seconds: float = 60) -> str:
        """For set-up: a bash script that must succeed."""
        return self.run("bash", "-euo", "pipefail", "-c", script, user=user, seconds=seconds).ok()

    def path(self, inside: str) -> Path:
        """A file of the host as this machine sees it; not for the host's /run and /tmp, which are its own mounts."""
        return self.root / inside.lstrip("/")

    def write(self, inside: str, content: str, mode: int = 0o644, owner: str = "root:root") -> None:
        file = self.path(inside)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # whoever owned it
        file.write_text(content)
        file.chmod(mode)
        if owner != "root:root":
            self.run("chown", owner, inside).ok()

    def cut_power(self) -> None:
        """Every process ends in the same moment and nothing is tidied up; what was written to files stays."""
        cgroup.end(self.place.name)
        self.nspawn.wait(10)
        self.nspawn = None
        cgroup.create(self.place.name)

    def power_off(self) -> None:
        if self.nspawn is None:
            return
        with contextlib.suppress(AssertionError):
            self.run("systemctl", "poweroff", seconds=POWER_OFF_SECONDS)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.nspawn.wait(POWER_OFF_SECONDS)
        cgroup.end(self.place.name)
        self.nspawn.wait(10)
        self.nspawn = None


def until(what: str, seconds: float, ask):
    """The first true answer of `ask`, which is asked again and again until then."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return answer


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_pid_one(pid: int) -> bool:
    """Whether it is PID 1 of a namespace below ours; entering any other process would be entering this machine."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
    numbers = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
    return len(numbers) > 1 and numbers[-1] == "1"


def hold(place: Path):
    """A lock that ends with this process, so that the next one knows what nobody uses any more."""
    RUNNING.mkdir(exist_ok=True)
    lock = place.with_suffix(".lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def remove_leftovers() -> None:
    """Of tests that were killed."""
    for lock in RUNNING.glob("host-*.lock"):
        place = lock.with_suffix("")
        with contextlib.suppress(BlockingIOError), hold(place):
            remove(place)


def remove(place: Path) -> None:
    """Its lock is held; that goes last."""
    cgroup.end(place.name)
    overlay.unmount(place)
    if place.exists():
        shutil.rmtree(place)
    place.with_suffix(".lock").unlink(missing_ok=True)
