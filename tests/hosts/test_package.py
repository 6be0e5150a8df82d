"""The Debian package on a booted host: installed, upgraded in the middle of a run, removed, purged."""

import json
import shutil

import pytest

import deb
import debian
import worker

NEWER = "99"
DAEMON, WORKER = "orchestrated.service", "orchestrate-worker@magikal-bot.service"
WORKER_DROP_INS = f"/etc/systemd/system/{WORKER}.d"
LEDGERS, POLICIES = "/var/lib/orchestrate", "/etc/orchestrate/policies"
FILES = {
    "/usr/bin/orchestrate": 0o755,
    "/usr/sbin/orchestrated": 0o755,
    "/usr/lib/systemd/system/orchestrated.service": 0o644,
    "/usr/lib/systemd/system/orchestrate-worker@.service": 0o644,
    "/usr/lib/systemd/catalog/orchestrate.catalog": 0o644,
    "/usr/lib/sysusers.d/orchestrate.conf": 0o644,
    "/usr/lib/tmpfiles.d/orchestrate.conf": 0o644,
    "/usr/share/dbus-1/system.d/org.orchestrate.Orchestrate1.conf": 0o644,
    "/usr/share/dbus-1/system-services/org.orchestrate.Orchestrate1.service": 0o644,
    "/usr/share/polkit-1/actions/org.orchestrate.policy": 0o644,
    "/usr/share/polkit-1/rules.d/50-orchestrate.rules": 0o644,
    "/usr/share/orchestrate/policy.schema.json": 0o644,
    "/usr/share/doc/orchestrate/README.md": 0o644,
    "/usr/share/doc/orchestrate/changelog.gz": 0o644,
    "/usr/share/doc/orchestrate/copyright": 0o644,
    "/usr/share/doc/orchestrate/policies/reference.yaml": 0o644,
    "/usr/share/man/man1/orchestrate.1.gz": 0o644,
    "/usr/share/man/man5/orchestrate-policy.5.gz": 0o644,
    "/usr/share/man/man8/orchestrated.8.gz": 0o644,
    "/usr/share/bash-completion/completions/orchestrate": 0o644,
    "/usr/share/zsh/vendor-completions/_orchestrate": 0o644,
    "/usr/share/fish/vendor_completions.d/orchestrate.fish": 0o644,
}
# A worker of which only its life counts.
WORKER_DROP_IN = "[Service]\nUser=magikalbot\nType=exec\nReadWritePaths=\nExecStart=\nExecStart=/usr/bin/sleep infinity\n"


@pytest.fixture(scope="module")
def packages():
    """The product's package, and one that differs in its version alone."""
    return deb.make(None, NEWER)


@pytest.fixture
def vps(booted, packages):
    """The host with the package freshly installed."""
    booted.host.shell("systemctl stop 'orchestrate-worker@*'; dpkg --purge orchestrate")
    booted.host.shell(f"rm -rf {LEDGERS} /etc/orchestrate {WORKER_DROP_INS} /usr/bin/orchestrate /etc/polkit-1/rules.d/60-*")
    booted.reset()
    for package in packages:
        shutil.copy(deb.path(package), booted.host.path(f"/srv/{package}"))
    install(booted, packages[0])
    return booted


def install(vps, package):
    # There is no network: whatever the package depends on must be what a host already has.
    return vps.host.run("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", f"/srv/{package}").ok()


def test_units_verify_and_the_daemon_runs_now_and_after_a_boot(vps):
    # The first test on this host: only here is the daemon started when its user is new to the bus.
    for unit in (DAEMON, "orchestrate-worker@x.service"):
        verified = vps.host.run("systemd-analyze", "--man=no", "verify", unit)
        said = [line for line in verified.err.splitlines() if "orchestrate" in line and "Special user nobody" not in line]
        assert said == [], str(verified)
    assert vps.host.run("systemctl", "is-enabled", DAEMON).out == "enabled\n"
    shown = vps.host.run("systemctl", "show", "--property=ActiveState,NRestarts", DAEMON).ok()
    assert sorted(shown.split()) == ["ActiveState=active", "NRestarts=0"]


def test_lintian_finds_neither_error_nor_warning(packages):
    found = deb.lintian(packages[0])
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_every_file_is_where_debian_looks_for_it(vps):
    modes = {name: vps.host.path(name).stat().st_mode & 0o7777 for name in FILES}
    assert modes == FILES
    listed = vps.host.run("dpkg", "--listfiles", "orchestrate").ok().split()
    assert {name for name in listed if name.startswith(("/etc/", "/var/", "/run/"))} == set()
    assert vps.host.run("dpkg", "--verify", "orchestrate").ok() == ""


def test_the_program_is_stripped_and_tells_nothing_of_where_it_was_built(vps):
    program = vps.host.path("/usr/bin/orchestrate").read_bytes()
    for place in (str(debian.REPOSITORY), "/srv/orchestrate/", ".debug_info"):
        assert place.encode() not in program


def test_program_package_and_changelog_are_of_one_version(vps):
    version = vps.orchestrate("--version").ok().split()[-1]
    assert package_version(vps) == f"{version}+deb{debian.wanted().number}"
    assert f"orchestrate ({version})" in vps.host.run("zcat", "/usr/share/doc/orchestrate/changelog.gz").ok().splitlines()[0]


def test_user_and_directories_are_there(vps):
    name, _, uid, _, _, home, shell = vps.host.run("getent", "passwd", "orchestrate").ok().strip().split(":")
    assert int(uid) < 1000
    assert (name, home, shell) == ("orchestrate", LEDGERS, "/usr/sbin/nologin")
    for directory in (LEDGERS, POLICIES):
        assert vps.host.run("stat", "--format=%a %U %G", directory).ok() == "755 root root\n"


def test_the_bus_and_polkit_know_it_at_once(vps):
    owner = vps.host.run("busctl", "status", "org.orchestrate.Orchestrate1").ok()
    assert f"Unit={DAEMON}" in owner
    assert "org.orchestrate.Orchestrate1" in vps.host.run("busctl", "--no-pager", "--activatable", "list").ok()
    assert "org.orchestrate.apply" in vps.host.run("pkaction").ok()


def test_the_journal_says_what_each_entry_means_and_what_to_do_next(vps):
    vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "a test").ok()
    assert vps.apply().code == 0
    [run] = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"]
    explained = vps.host.run("journalctl", "--quiet", "--catalog", "--identifier=orchestrate").ok()
    for words in ("run of orchestrate for magikal-bot has begun", "stage upgrade has begun", "stage upgrade wrote down a fact",
                  "stage upgrade has ended", "run of orchestrate for magikal-bot has ended", f"orchestrate show {run['run']}",
                  "gate of magikal-bot is held open", "orchestrate gate magikal-bot --open-for 0"):  # fmt: skip
        assert words in explained, explained
    raw = vps.host.run("journalctl", "--quiet", "--output=json", "--identifier=orchestrate").ok().splitlines()
    assert all("MESSAGE_ID" in json.loads(entry) for entry in raw)


@pytest.mark.parametrize("options", [(), ("--local",)], ids=["worker", "local"])
def test_an_upgrade_in_the_middle_of_a_run_leaves_it_alone(vps, packages, options):
    worker.set_up(vps)
    worker.make_state(vps)
    daemon = invocation(vps, DAEMON)
    with worker.in_the_migration(vps, *options) as run:
        before = invocation(vps, WORKER)
        install(vps, packages[1])
        assert package_version(vps) == NEWER
        assert run.child.poll() is None
        assert invocation(vps, WORKER) == before
        assert vps.apply("--local").code == 75
    ended = run.wait(30)
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    [told] = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"]
    assert told["finished"]["exit_code"] == 0
    assert invocation(vps, DAEMON) not in ("", daemon), "the daemon was not restarted"


def test_a_removal_ends_the_daemon_and_no_worker(vps):
    before = start_worker(vps)
    vps.host.run("dpkg", "--remove", "orchestrate").ok()
    assert vps.host.run("systemctl", "is-active", DAEMON, WORKER).out.split() == ["inactive", "active"]
    assert invocation(vps, WORKER) == before


def test_a_removal_names_the_services_that_will_not_start_without_it_and_ends_its_nights(vps):
    gate, timer = "/etc/systemd/system/magikal-bot.service.d/50-orchestrate-gate.conf", "orchestrate-verify@magikal-bot.timer"
    vps.host.write(gate, "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n")
    vps.host.shell(f"systemctl daemon-reload; systemctl enable --now {timer}; systemctl start orchestrate-verify@another.timer")
    removed = vps.host.run("dpkg", "--remove", "orchestrate")
    assert removed.code == 0, str(removed)
    assert "magikal-bot.service will not start any more" in removed.err
    way_out = next(line.strip() for line in removed.err.splitlines() if line.startswith("  rm "))
    assert gate in way_out
    assert vps.host.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "orchestrate-verify@*.timer").ok() == ""
    assert not vps.host.path(f"/etc/systemd/system/timers.target.wants/{timer}").is_symlink()
    assert vps.host.run("systemctl", "restart", "magikal-bot.service").code != 0
    vps.host.shell(way_out)
    assert vps.host.run("systemctl", "restart", "magikal-bot.service").code == 0


def test_an_administrator_who_disabled_the_daemon_keeps_that_over_an_upgrade(vps, packages):
    vps.host.run("systemctl", "disable", "--now", DAEMON).ok()
    install(vps, packages[1])
    assert vps.host.run("systemctl", "is-enabled", DAEMON).out == "disabled\n"


def test_ledgers_and_policies_survive_removal_and_purge(vps):
    assert vps.apply().code == 0
    ledger = vps.host.run("find", LEDGERS, "-type", "f", "-exec", "sha256sum", "{}", "+").ok()
    for way in ("--remove", "--purge"):
        vps.host.run("dpkg", way, "orchestrate").ok()
        assert not vps.host.path("/usr/bin/orchestrate").exists()
        assert vps.host.run("systemctl", "is-active", DAEMON).out == "inactive\n"
        assert vps.host.run("find", LEDGERS, "-type", "f", "-exec", "sha256sum", "{}", "+").ok() == ledger
        assert vps.host.path(vps.project.installed_policy).is_file()
    assert vps.host.run("dpkg-query", "--show", "orchestrate").code == 1
    left = vps.host.run("find", "/etc", "/usr", "/var/lib/systemd", "-name", "*orchestrate*")
    assert left.ok().split() == ["/etc/orchestrate"]


def test_of_a_package_that_was_never_used_a_purge_leaves_no_directory(vps):
    vps.host.run("rm", vps.project.installed_policy).ok()
    vps.host.run("dpkg", "--remove", "orchestrate").ok()
    assert vps.host.path(POLICIES).is_dir()
    vps.host.run("dpkg", "--purge", "orchestrate").ok()
    assert not vps.host.path("/etc/orchestrate").exists()
    assert not vps.host.path(LEDGERS).exists()


def package_version(vps):
    return vps.host.run("dpkg-query", "--show", "--showformat=${Version}", "orchestrate").ok()


def start_worker(vps):
    vps.host.write(f"{WORKER_DROP_INS}/app.conf", WORKER_DROP_IN)
    vps.host.shell(f"systemctl daemon-reload; systemctl start {WORKER}")
    return invocation(vps, WORKER)


def invocation(vps, unit):
    return vps.host.run("systemctl", "show", "--property=InvocationID", "--value", unit).ok().strip()
