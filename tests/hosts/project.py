"""A project on a host: what the tests know of it, and the host that its folder makes."""

import hashlib
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import debian
from host import Host

HERE = Path(__file__).parent
SHARED = HERE / "host.bash"


@dataclass(frozen=True)
class Project:
    """One project, as its document describes it. Its folder here has:

    project/     its checkout, without what is pending
    update/      what is pending: laid over the checkout before each test
    host/set-up  makes the host, once
    host/reset   brings it back to where every test starts

    Both scripts run as root in the folder's copy, /srv/FOLDER, and begin with `. /srv/host.bash`, which knows these facts.
    """

    app: str  # its policy is policies/APP.yaml
    folder: str
    user: str
    checkout: str
    versions: str  # where its migrations are, below the checkout
    backups: str
    unit: str
    database: str
    role: str
    version_table: str
    current: str  # the revision that every test starts at
    pending: str  # the one after it; its file is named after it
    alembic: str  # what comes before an Alembic command, as the document has it typed by the user in the checkout
    password: str = "Wintergarten-7731"

    @property
    def files(self) -> Path:
        return HERE / self.folder

    @property
    def policy(self) -> Path:
        return debian.REPOSITORY / f"policies/{self.app}.yaml"

    @property
    def installed_policy(self) -> str:
        return f"/etc/orchestrate/policies/{self.app}.yaml"

    def facts(self) -> str:
        """As bash reads them."""
        names = ("folder", "user", "checkout", "backups", "unit", "database", "role", "password")
        return "".join(f"{name}={shlex.quote(getattr(self, name))}\n" for name in names)


def boot(project: Project) -> Host:
    """The caller ends it: `with boot(MAGIKAL) as host`."""
    host = Host(layer(project), debian.base(debian.wanted()))
    try:
        return host.boot()
    except BaseException:
        host.end()
        raise


def layer(project: Project) -> Path:
    """The set-up host as a layer above its Debian, made once per content of what makes it."""
    root = debian.base(debian.wanted())
    kept = debian.CACHE / f"{root.name}-{project.folder}-{content_hash(project)}"
    with debian.exclusively(kept.name):
        if not kept.is_dir():
            make_layer(project, root, kept)
    return kept


def content_hash(project: Project) -> str:
    files = [SHARED, *sorted(file for file in project.files.rglob("*") if file.is_file())]
    made_from = project.facts().encode() + b"".join(str(file.relative_to(HERE)).encode() + file.read_bytes() for file in files)
    return hashlib.sha256(made_from).hexdigest()[:12]


def make_layer(project: Project, root: Path, kept: Path) -> None:
    partial = kept.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with Host(root) as host:
        host.boot()
        place = f"/srv/{project.folder}"
        shutil.copytree(project.files, host.path(place))
        shutil.copy(SHARED, host.path("/srv/host.bash"))
        host.write("/srv/facts", project.facts())
        host.run("bash", f"{place}/host/set-up", seconds=120).ok()
        host.power_off()
        subprocess.run(["cp", "--archive", host.upper, partial], check=True)
    partial.rename(kept)
