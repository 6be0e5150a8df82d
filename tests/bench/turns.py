"""turns.py N: reads {"NAME": {"argv", "user", "cwd", "env"}} and runs all of them in turn, N times, inside the host.

Prints, as JSON, wall and CPU seconds of each by name. One round before is not counted: it fills the caches."""

import json
import resource
import subprocess
import sys
import time


def main(rounds: int, commands: dict) -> None:
    seconds = {name: {"wall": [], "cpu": []} for name in commands}
    for turn in range(rounds + 1):
        for name, how in commands.items():
            wall, cpu = timed(name, how)
            if turn > 0:
                seconds[name]["wall"].append(wall)
                seconds[name]["cpu"].append(cpu)
    print(json.dumps(seconds))


def timed(name: str, how: dict) -> tuple[float, float]:
    before, begin = cpu_of_children(), time.perf_counter()
    ended = subprocess.run(how["argv"], user=how["user"], cwd=how["cwd"], env=how["env"], capture_output=True)
    took = time.perf_counter() - begin
    assert ended.returncode == 0, f"{name} ended with {ended.returncode}: {ended.stdout + ended.stderr}"
    return took, cpu_of_children() - before


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


main(int(sys.argv[1]), json.load(sys.stdin))
