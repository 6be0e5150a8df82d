"""A copy-on-write root: a private upper layer above shared read-only ones."""

import os
import subprocess
import time
from pathlib import Path

ENOUGH_KIB = 8 << 20  # two hosts at a time, each with a few hundred MB of its own
BUSY_SECONDS = 10  # a process that was killed lets go a moment later


def mount(place: Path, lowers: tuple[Path, ...]) -> None:
    """Mounts `place`/root; of `lowers` the topmost comes first.

    The upper layer is in memory where there is enough of it, which makes a reset three times as fast, and where the disk
    is itself an overlay, as in a container; else on disk.
    """
    layer, root = place / "layer", place / "root"
    layer.mkdir()
    root.mkdir()
    if has_memory() or not try_overlay(layer, root, lowers):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", layer], check=True)
        if not try_overlay(layer, root, lowers):
            raise RuntimeError(f"mount an overlay on {root}: the kernel refuses; host tests need root and overlayfs")


def has_memory() -> bool:
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) >= ENOUGH_KIB


def try_overlay(layer: Path, root: Path, lowers: tuple[Path, ...]) -> bool:
    (layer / "upper").mkdir(exist_ok=True)
    (layer / "work").mkdir(exist_ok=True)
    options = f"lowerdir={':'.join(map(str, lowers))},upperdir={layer}/upper,workdir={layer}/work"
    return subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, root], capture_output=True).returncode == 0


def unmount(place: Path) -> None:
    for mounted in (place / "root", place / "layer"):
        deadline = time.monotonic() + BUSY_SECONDS
        while os.path.ismount(mounted):
            ended = subprocess.run(["umount", "--recursive", mounted], capture_output=True, text=True)
            if ended.returncode != 0 and time.monotonic() > deadline:
                raise RuntimeError(f"unmount {mounted}: {ended.stderr.strip()}")
            time.sleep(0.05)
