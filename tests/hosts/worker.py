"""A host on which the package is installed and the project's runs are done by its worker."""

import contextlib
import json
import shutil
from pathlib import Path

import deb
from host import Ended, Host, until
from project import Project
from vps import Vps

DAEMON = "orchestrated.service"
BUS = "org.orchestrate.Orchestrate1"
MANAGER = "/org/orchestrate/Orchestrate1"
NO = "polkit does not let you"

# A migration that waits in the middle as long as somebody else holds its row; all of it is one transaction.
WAITS = 'op.execute("ALTER TABLE cfg.panels ADD COLUMN extra int")\nop.execute("UPDATE cfg.gate SET passed = true WHERE id = 1")'
GATE_TABLE = "CREATE TABLE cfg.gate (id int, passed boolean); INSERT INTO cfg.gate VALUES (1, false); ALTER TABLE cfg.gate OWNER TO magikal"
HOLDER = "UPDATE cfg.gate SET passed = false; SELECT pg_sleep(4711)"
HELD = "FROM pg_stat_activity WHERE usename = 'postgres' AND wait_event = 'PgSleep'"


def state_of(vps: Vps) -> str:
    return f"/var/lib/orchestrate/{vps.project.app}"


def make_state(vps: Vps) -> None:
    vps.host.shell(f"install -d -o {vps.project.user} -g orchestrate -m 2750 {state_of(vps)}")


def worker_of(vps: Vps) -> str:
    return f"orchestrate-worker@{vps.project.app}.service"


class PackagedVps(Vps):
    """The package is installed, and nothing else was done."""

    def __init__(self, host: Host, project: Project):
        super().__init__(host, project)
        [package] = deb.make(None)
        shutil.copy(deb.path(package), host.path(f"/srv/{package}"))
        host.path("/usr/bin/orchestrate").unlink(missing_ok=True)
        host.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", f"/srv/{package}").ok()


class WorkerVps(PackagedVps):
    """Its runs are done by the worker, unless a test says `--local`."""

    def __init__(self, host: Host, project: Project):
        super().__init__(host, project)
        set_up(self)

    def reset(self) -> None:
        self.host.shell(f"systemctl stop {DAEMON} '{worker_of(self)}'; systemctl reset-failed; rm -rf {state_of(self)}")
        super().reset()
        make_state(self)
        self.host.shell(f"systemctl start {DAEMON}")


def set_up(vps: Vps) -> None:
    """What an operator adds for one app."""
    app, project = vps.project.app, vps.project
    vps.host.write(
        f"/etc/systemd/system/{worker_of(vps)}.d/10-app.conf",
        f"[Service]\nUser={project.user}\nReadWritePaths={project.checkout} {project.backups}\n",
    )
    vps.host.write(f"/etc/polkit-1/rules.d/60-orchestrate-{app}.rules", f"""
polkit.addRule(function (action, subject) {{
  if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "{project.user}" &&
      action.lookup("unit") == "{project.unit}" && ["restart", "start", "stop", "reset-failed"].indexOf(action.lookup("verb")) >= 0)
    return polkit.Result.YES;
  if (action.id == "org.orchestrate.read" && subject.user == "{project.user}" && action.lookup("app") == "{app}")
    return polkit.Result.YES;
}});
""")
    vps.host.shell("systemctl daemon-reload; systemctl restart polkit")


def call(vps: Vps, user: str, *words: str) -> Ended:
    """A method of the manager object."""
    return vps.host.run(*busctl(*words), user=user)


def busctl(*words: str) -> tuple[str, ...]:
    return ("busctl", "--system", "--json=short", "--timeout=30", "call", BUS, MANAGER, BUS, *words)


def property_of(vps: Vps, unit: str, name: str) -> str:
    return vps.host.run("systemctl", "show", f"--property={name}", "--value", unit).ok().strip()


def wait_until_over(vps: Vps, seconds: float = 60) -> None:
    until("the worker has ended", seconds, lambda: property_of(vps, worker_of(vps), "ActiveState") in ("inactive", "failed"))


@contextlib.contextmanager
def in_the_migration(vps: Vps, *options: str):
    """An apply that waits in its migration, until the block ends."""
    vps.sql("GRANT pg_read_all_stats TO magikal")  # preflight must see how old the transaction is that closes the gate
    vps.use_policy((r"lock_timeout: 5s", "lock_timeout: 5min"))
    vps.sql(GATE_TABLE)
    vps.pending(WAITS)
    vps.approve_all()
    holder = vps.host.start("psql", "--dbname=appdb", "--command", HOLDER, user="postgres")
    try:
        until("the gate is closed", 10, lambda: vps.sql(f"SELECT count(*) {HELD}") == "1")
        client = vps.start_apply(*options)
        vps.wait_for_statement("^UPDATE cfg.gate")
        yield client
    finally:
        vps.sql(f"SELECT pg_terminate_backend(pid) {HELD}")
        holder.end()


def traced(vps: Vps, *options: str) -> tuple[Path, Path]:
    """The worker runs under strace from now on: the drop-in that says so, and what strace writes."""
    drop_in, trace = f"/etc/systemd/system/{worker_of(vps)}.d/20-traced.conf", f"{state_of(vps)}/trace"
    words = f"/usr/bin/strace -o {trace} -s 300 {' '.join(options)} /usr/bin/orchestrate worker %i"
    vps.host.write(drop_in, f"[Service]\nNotifyAccess=all\nSystemCallFilter=\nExecStart=\nExecStart={words}\n")
    vps.host.shell("systemctl daemon-reload")
    return vps.host.path(drop_in), vps.host.path(trace)


# ---- runs, as the bus tells them ----


def runs(vps):
    return json.loads(vps.orchestrate("history", vps.project.app, "--json").ok())["runs"]


def hostile(vps):
    program = "/usr/local/lib/hostile.py"
    vps.host.write(program, (Path(__file__).parent / "hostile.py").read_text())
    return program


def run_path(run):
    return f"{MANAGER}/run/{run.replace('-', '_')}"


def path_of_a_run(vps):
    assert vps.apply().code == 0
    return run_path(runs(vps)[0]["run"])


def run_call(vps, user, run, *words):
    return vps.host.run("busctl", "--system", "--timeout=30", "call", BUS, run, f"{BUS}.Run", *words, user=user)


def refusal(vps, user, *words):
    """Why the manager refused a call."""
    ended = call(vps, user, *words)
    assert ended.code != 0 and "Call failed: " in ended.err, str(ended)
    return ended.err
