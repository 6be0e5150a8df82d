"""The Debian package of the release that a test is about, made by CPack of what is built there; CPack builds nothing."""

import shlex
import subprocess

import debian

IN_ROOT = "build/release"  # the build directory inside a root of another release
MADE = "packages-of-tests"  # beside the one that scripts/package leaves


def make(*versions: str | None) -> list[str]:
    """The packages with these versions (None: the product's own), freshly made."""
    with debian.exclusively("package"):  # CPack works in one directory
        return [line.split("/")[-1] for version in versions for line in cpack(version)]


def cpack(version: str | None) -> list[str]:
    option = [] if version is None else ["-D", f"CPACK_DEBIAN_PACKAGE_VERSION={version}"]
    build = directory()
    ended = command("cpack", "--config", f"{build}/CPackConfig.cmake", "-B", f"{build}/{MADE}", *option)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    made = [line.split()[-2] for line in ended.stdout.splitlines() if line.startswith("CPack: - package: ")]
    assert len(made) == 1, ended.stdout
    return made


def lintian(package: str) -> subprocess.CompletedProcess:
    """What it finds is on stdout; on stderr it says only that it runs as root."""
    return command("lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", f"{directory()}/{MADE}/{package}")


def directory() -> str:
    return str(debian.OWN_BUILD) if debian.wanted() == debian.here() else IN_ROOT


def command(*argv: str) -> subprocess.CompletedProcess:
    """On this machine, or in a root of the wanted release: there are its libraries, which packages are named after."""
    release = debian.wanted()
    if release != debian.here():
        argv = (str(debian.REPOSITORY / "scripts/on-debian"), release.number, "bash", "-c", f"umask 022; {shlex.join(argv)}")
    return subprocess.run(argv, cwd=debian.REPOSITORY, capture_output=True, text=True, umask=0o022)


def path(package: str):
    """Where it lies as this machine sees it."""
    return debian.wanted().build / MADE / package
