"""A copy-on-write root: a private upper layer above shared read-only ones."""

import os
import subprocess
from pathlib import Path


def mount(place: Path, lowers: tuple[Path, ...]) -> None:
    """Mounts `place`/root; of `lowers` the topmost comes first.

    The upper layer is on disk, or on tmpfs where the disk is itself an overlay, as in a container.
    """
    layer, root = place / "layer", place / "root"
    layer.mkdir()
    root.mkdir()
    if not try_overlay(layer, root, lowers):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", layer], check=True)
        if not try_overlay(layer, root, lowers):
            raise RuntimeError(f"mount an overlay on {root}: the kernel refuses; host tests need root and overlayfs")


def try_overlay(layer: Path, root: Path, lowers: tuple[Path, ...]) -> bool:
    (layer / "upper").mkdir(exist_ok=True)
    (layer / "work").mkdir(exist_ok=True)
    options = f"lowerdir={':'.join(map(str, lowers))},upperdir={layer}/upper,workdir={layer}/work"
    return subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, root], capture_output=True).returncode == 0


def unmount(place: Path) -> None:
    for mounted in (place / "root", place / "layer"):
        if os.path.ismount(mounted):
            subprocess.run(["umount", "--recursive", mounted], check=True)
