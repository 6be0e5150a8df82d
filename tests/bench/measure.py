"""measure.py COMMAND...: runs it inside the host and prints, as JSON, what it and its children cost."""

import json
import os
import sys
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.005


def main(argv: list[str]) -> None:
    started = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    peak = 0
    # A process that has ended keeps its CPU times until it is waited for, but not its memory.
    while not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        peak = max(peak, peak_memory(pid))
        time.sleep(SAMPLE_SECONDS)
    wall = time.monotonic() - started
    own, children = cpu_seconds(pid)
    _, status = os.waitpid(pid, 0)
    print(json.dumps({
        "exit": os.waitstatus_to_exitcode(status), "wall": wall, "own_cpu": own, "children_cpu": children,
        "peak_bytes": peak,
    }))  # fmt: skip


def peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Its own, and that of the children it has waited for; fields 14 to 17 of proc(5)'s stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    user, system, children_user, children_system = map(int, fields[11:15])
    return (user + system) / TICKS, (children_user + children_system) / TICKS


main(sys.argv[1:])
