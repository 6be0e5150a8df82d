"""The host of the Magikal runbook: a guild bot, its database that a shop shares, its checkout, its dumps, its service."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import debian
from host import Host

REPOSITORY = Path(__file__).parent.parent.parent
FILES = Path(__file__).parent / "magikal"
POLICY = REPOSITORY / "policies/magikal-bot.yaml"
BUILD = Path(os.environ.get("ORCHESTRATE_BUILD", REPOSITORY / "build/release"))

PASSWORD = "Wintergarten-7731"
PROJECT = "/home/magikalbot/magikal-bot"
VERSIONS = f"{PROJECT}/migrations/versions"
BACKUPS = "/home/magikalbot/backups"
ENV_FILE = "/etc/magikal-bot.env"
INSTALLED_POLICY = "/etc/orchestrate/policies/magikal-bot.yaml"
UNIT = "magikal-bot.service"


def boot() -> Host:
    """The caller ends it: `with magikal.boot() as host`."""
    host = Host(layer(), debian.base(debian.BOOKWORM))
    try:
        return host.boot()
    except BaseException:
        host.end()
        raise


def layer() -> Path:
    """The set-up host as a layer above its Debian, made once per content of what makes it."""
    root = debian.base(debian.BOOKWORM)
    made_from = sorted(file for file in FILES.rglob("*") if file.is_file())
    content = hashlib.sha256(PASSWORD.encode() + b"".join(file.read_bytes() for file in made_from)).hexdigest()[:12]
    kept = debian.CACHE / f"{root.name}-magikal-{content}"
    with debian.exclusively(kept.name):
        if not kept.is_dir():
            make_layer(root, kept)
    return kept


def make_layer(root: Path, kept: Path) -> None:
    partial = kept.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with Host(root) as host:
        host.boot()
        shutil.copytree(FILES, host.path("/srv/magikal"))
        host.run("bash", "/srv/magikal/host/set-up", PASSWORD, seconds=120).ok()
        host.power_off()
        subprocess.run(["cp", "--archive", host.upper, partial], check=True)
    partial.rename(kept)
