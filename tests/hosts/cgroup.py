"""A control group per host: hosts do not see each other's units as their own, and nothing outlives its host."""

import os
import signal
import time
from pathlib import Path

# systemd keeps its units in the unified hierarchy, in `name=systemd` on older machines, in both on hybrid ones.
CANDIDATES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"))


def roots() -> list[Path]:
    return [root for root in CANDIDATES if (root / "cgroup.procs").is_file()]


def groups(name: str) -> list[Path]:
    return [root / f"orchestrate-{name}" for root in roots()]


def create(name: str) -> None:
    for group in groups(name):
        group.mkdir(exist_ok=True)


def enter(name: str) -> None:
    """Moves the calling process."""
    for group in groups(name):
        (group / "cgroup.procs").write_text("0")


def freeze(name: str) -> None:
    """Stops every process of the group in the same moment, so that none sees another one end; the kernel can kill them then."""
    for group in groups(name):
        if not (group / "cgroup.freeze").exists():  # the older hierarchy has none
            continue
        (group / "cgroup.freeze").write_text("1")
        deadline = time.monotonic() + 5
        while "frozen 1" not in (group / "cgroup.events").read_text() and time.monotonic() < deadline:
            time.sleep(0.01)


def end(name: str) -> None:
    """Ends every process of the group, then removes it."""
    freeze(name)
    deadline = time.monotonic() + 20
    while members := {pid for group in groups(name) for pid in processes(group)}:
        if time.monotonic() > deadline:
            raise RuntimeError(f"end the host {name}: still running: {sorted(members)}")
        for pid in members:
            kill(pid)
        time.sleep(0.02)
    for group in groups(name):
        if group.is_dir():
            for below, _, _ in os.walk(group, topdown=False):
                os.rmdir(below)


def processes(group: Path) -> list[int]:
    members = []
    for below, _, _ in os.walk(group):
        try:
            members += map(int, Path(below, "cgroup.procs").read_text().split())
        except FileNotFoundError:  # the group went away while we looked
            continue
    return members


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
