"""A root of a Debian release to build and test in: this checkout, Debian's packages for it, and a compiler cache."""

import hashlib
import shutil
import subprocess
import sys

import cgroup
import debian
from debian import Release
from host import Host

CHECKOUT = "/srv/orchestrate"  # the same for all checkouts, so that they share one compiler cache
COMPILER_CACHE = "/var/cache/ccache"
INSTALL_PACKAGES = debian.REPOSITORY / "scripts/install-packages"


def run(release: Release, *argv: str) -> int:
    """The exit code of a command in such a root; what it changes outside the checkout's build/ goes away with it."""
    with Host(layer(release), debian.base(release)) as root:
        return inside(root, release, *argv)


def layer(release: Release):
    """The packages as a layer above the hosts' base, made once per content of scripts/install-packages."""
    base = debian.base(release)
    content = hashlib.sha256(INSTALL_PACKAGES.read_bytes()).hexdigest()[:12]
    kept = debian.CACHE / f"{base.name}-build-{content}"
    with debian.exclusively(kept.name):
        if not kept.is_dir():
            debian.require_archive(release)
            make_layer(release, base, kept)
    return kept


def make_layer(release: Release, base, kept) -> None:
    partial = kept.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with Host(base) as root:
        code = inside(root, release, "scripts/install-packages", "build", "test")
        if code != 0:
            raise RuntimeError(f"install the packages for building on Debian {release.number}: exit {code}")
        shutil.rmtree(root.path("/var/cache/apt/archives"))
        subprocess.run(["cp", "--archive", root.upper, partial], check=True)
    partial.rename(kept)


def inside(root: Host, release: Release, *argv: str) -> int:
    built = debian.REPOSITORY / f"build/debian-{release.number}"
    compiler_cache = debian.CACHE / f"ccache-{release.number}"
    for place in (built, compiler_cache):
        place.mkdir(parents=True, exist_ok=True)
    return subprocess.call(
        ["systemd-nspawn", "--quiet", f"--directory={root.root}", f"--machine={root.place.name}", "--register=no",
         "--keep-unit", "--as-pid2", "--link-journal=no", "--resolv-conf=copy-host", "--timezone=off",
         f"--console={'interactive' if sys.stdin.isatty() else 'pipe'}",
         f"--bind={debian.REPOSITORY}:{CHECKOUT}", f"--bind={built}:{CHECKOUT}/build",
         f"--bind={compiler_cache}:{COMPILER_CACHE}", f"--setenv=CCACHE_DIR={COMPILER_CACHE}",
         "--setenv=DPKG_FORCE=unsafe-io", f"--chdir={CHECKOUT}", *argv],
        preexec_fn=lambda: cgroup.enter(root.place.name),
    )  # fmt: skip
