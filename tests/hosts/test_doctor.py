"""`orchestrate doctor`: what of a live host is not as the policy and the tool need it, each with its fix."""

import json

import pytest

import debian
import worker
from host import until
from magikal import ENV_FILE, MAGIKAL, UNIT
from project import boot
from vps import line_with
from worker import DAEMON

DROP_INS = f"/etc/systemd/system/{UNIT}.d"
GATED = "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n"
TIMER = "orchestrate-verify@magikal-bot.timer"


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        host.write("/etc/systemd/system/between.target", f"[Unit]\nWants={UNIT}\nAfter={UNIT}\n")
        yield worker.WorkerVps(host, project)


@pytest.fixture
def healthy(vps):
    """A host on which everything is as it should be: migrated, gated, with a worker and a nightly look at the backup."""
    vps.host.shell(f"cp /etc/systemd/system/{UNIT} /root")
    vps.runbook("upgrade head").ok()
    vps.host.write(f"{DROP_INS}/50-orchestrate-gate.conf", GATED)
    vps.sql("ALTER ROLE magikal CREATEDB")
    vps.host.shell(f"systemctl daemon-reload; systemctl enable --now {DAEMON} {UNIT} {TIMER}")
    yield vps
    vps.host.shell(
        f"systemctl start {debian.wanted().cluster}; cp --remove-destination /root/{UNIT} /etc/systemd/system;"
        f" chmod o-w /etc/orchestrate/policies; rm -rf {DROP_INS} /etc/systemd/system/{DAEMON}.d; systemctl disable --now {TIMER};"
        f" rm -f /etc/systemd/system/stray.service; systemctl unmask {DAEMON};"
        f" systemctl disable {DAEMON} {UNIT}; systemctl daemon-reload"
    )
    vps.sql("ALTER ROLE magikal NOCREATEDB")
    worker.set_up(vps)


def checks(vps, user="root"):
    ended = vps.orchestrate("doctor", "magikal-bot", "--json", user=user)
    assert ended.code in (0, 1), str(ended)
    answer = json.loads(ended.out)
    assert answer["good"] == (ended.code == 0) == all(check["passed"] for check in answer["checks"])
    return {check["check"]: check for check in answer["checks"]}


def failed(found):
    return {name: check for name, check in found.items() if not check["passed"]}


def test_of_a_healthy_host_it_shows_what_there_is(healthy):
    before = healthy.snapshot()
    found = checks(healthy)
    assert failed(found) == {}
    seen = {name: check["found"] for name, check in found.items()}
    assert seen["project path"] == healthy.project.checkout
    assert seen["interpreter"].startswith(healthy.project.checkout)
    assert seen["tool"].startswith("alembic ")
    assert seen["alembic config"].endswith("/alembic.ini")
    assert seen["env file"] == ENV_FILE
    assert seen["database"].endswith(" by ALEMBIC_DATABASE_URL")
    assert seen["version table"] == "cfg.alembic_version: 003_tempvc"
    assert seen["revisions"] == "nothing is pending"
    assert seen["backup"].startswith("appdb-")
    assert seen["gated units"] == UNIT
    assert seen["nightly verification"] == TIMER
    assert seen["units"] == f"{UNIT} active"
    assert healthy.snapshot() == before, "a look changes nothing"


def test_the_screen_has_a_line_for_each_check_and_ends_with_the_sum(healthy):
    ended = healthy.orchestrate("doctor", "magikal-bot")
    assert ended.code == 0, str(ended)
    lines = ended.out.splitlines()
    assert lines[0] == "magikal-bot"
    assert lines[-1] == f"all {len(checks(healthy))} checks passed"
    line_with(ended, "ok", "revisions", "nothing is pending")


def test_a_look_restores_nothing(healthy):
    healthy.use_policy(("verify: intact", "verify: restored"))
    before = healthy.snapshot()
    found = checks(healthy)
    assert failed(found) == {}
    assert found["backup"]["found"].endswith("would be restored and counted")
    assert healthy.snapshot() == before


def test_the_applications_user_may_ask(healthy):
    found = failed(checks(healthy, user="magikalbot"))
    assert list(found) == ["journal"], "the worker is in its group, the user is not"
    assert found["journal"]["problems"][0]["fix"] == "usermod -aG systemd-journal magikalbot"


def drop_in(vps, text, unit=UNIT):
    vps.host.write(f"/etc/systemd/system/{unit}.d/90-test.conf", text)
    vps.host.run("systemctl", "daemon-reload").ok()


def shell(command):
    return lambda vps: vps.host.shell(command.format(vps=vps, unit=UNIT, state=worker.state_of(vps)))


def dropped(text, unit=UNIT):
    return lambda vps: drop_in(vps, text, unit)


def dies(vps):
    drop_in(vps, "[Service]\nRestart=no\n")
    vps.host.run("systemctl", "kill", "--signal=KILL", UNIT).ok()
    until("it is dead", 10, lambda: vps.unit("ActiveState") == {"ActiveState": "failed"})


def bad_night(vps):
    vps.host.shell(f"rm {vps.project.backups}/*.dump")
    assert vps.orchestrate("verify-backup", "magikal-bot", "--quiet").code == 1


LONG_AGO = """import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
ledger.execute("DROP TRIGGER events_are_not_changed")
ledger.execute("UPDATE event SET at = at - 40 * 3600 * 1000000000 WHERE type = 'backup-verified'")
ledger.commit()
"""


def old_night(vps):
    vps.orchestrate("verify-backup", "magikal-bot", "--quiet").ok()
    vps.host.run("python3", "-c", LONG_AGO, f"{worker.state_of(vps)}/ledger.sqlite").ok()


def stray(vps):
    gated = f"[Service]\nWorkingDirectory={MAGIKAL.checkout}\nExecStartPre=+/usr/bin/orchestrate gate --unit %n\nExecStart=/bin/true\n"
    vps.host.write("/etc/systemd/system/stray.service", gated)
    vps.host.run("systemctl", "daemon-reload").ok()


# What is broken and how, the check that finds it, and words of what it says and of its fix.
BROKEN = {
    "closed": (lambda vps: vps.runbook("downgrade 002_panels").ok(), "gate", "003_tempvc is pending", "orchestrate apply"),
    "backup": (shell("rm {vps.project.backups}/*.dump"), "backup", "appdb-", "orchestrate verify-backup magikal-bot"),
    "daemon": (shell(f"systemctl mask --now {DAEMON}"), "daemon", f"{DAEMON} is masked", f"systemctl unmask {DAEMON}"),
    "daemon's unit": (shell(f"mkdir -p /etc/systemd/system/{DAEMON}.d; touch /etc/systemd/system/{DAEMON}.d/x.conf"),
                      "daemon", "changed since systemd read it", "daemon-reload"),
    "worker's unit": (shell("systemctl start orchestrate-worker@magikal-bot.service || true; touch /etc/systemd/system/orchestrate-worker@magikal-bot.service.d/*"), "worker",
                      "changed since systemd read them", "daemon-reload"),
    "open state": (shell("chmod o+w {state}"), "state", "everybody may write", "chmod o-w"),
    "stray": (stray, "gated units", "stray.service asks the gate, and no policy names it", "add it to services:"),
    "old night": (old_night, "nightly verification", "was last proven on", "journalctl -u orchestrate-verify@"),
    "night": (bad_night, "nightly verification", "the newest backup was not good", "orchestrate verify-backup"),
    "masked": (shell("rm /etc/systemd/system/{unit}; systemctl mask {unit}"), "services", "masked", "systemctl unmask"),
    "failed": (dies, "units", "has failed", "systemctl restart"),
    "outdated": (shell("touch /etc/systemd/system/{unit}"), "units", "changed", "daemon-reload"),
    "migrates": (
        dropped(f"[Service]\nExecStartPre={MAGIKAL.checkout}/.venv/bin/python -m alembic upgrade head\n"),
        "upgrade at start", f"90-test.conf:2: {UNIT} migrates", "take it out",
    ),
    "condition": (dropped("[Service]\nExecCondition=+/usr/bin/orchestrate gate --unit %n\n"),
                  "gated units", "looks like success", "ExecStartPre="),
    "no gate": (dropped("[Service]\nExecStartPre=+/opt/orchestrate gate --unit %n\n"),
                "gated units", "no program /opt/orchestrate", "command -v"),
    "order": (dropped(f"[Unit]\nAfter={UNIT}\n", DAEMON), "ordering", f"{DAEMON} after {UNIT}", "After="),
    "detour": (dropped(f"[Unit]\nWants=between.target\nAfter=between.target\n", DAEMON), "ordering",
               f"{DAEMON} after between.target after {UNIT}", "After="),
    "bound": (dropped(f"[Unit]\nRequires={DAEMON}\n"), "ordering", f"is stopped whenever {DAEMON} is", "Requires="),
    "worker's user": (shell("sed -i s/^User=.*/User=nobody/ /etc/systemd/system/orchestrate-worker@*.d/*;"
                            " systemctl daemon-reload"), "worker", "runs as nobody", "User=magikalbot"),
    "worker's paths": (shell("sed -i /^ReadWritePaths/d /etc/systemd/system/orchestrate-worker@*.d/*;"
                             " systemctl daemon-reload"), "worker", f"may not write to {MAGIKAL.checkout}", "ReadWritePaths="),
    "state": (shell("chown root {state}"), "state", "of root, not of magikalbot", "install -d -o magikalbot"),
    "ledger": (shell("head -c 8192 /dev/urandom > {state}/ledger.sqlite; chmod a+r {state}/ledger.sqlite"), "ledger", "damaged", "move"),
    "policy": (shell("chmod o+w /etc/orchestrate/policies"), "policy file", "others than root", "namei -l"),
    "polkit": (shell("rm /etc/polkit-1/rules.d/60-orchestrate-*; systemctl restart polkit"), "polkit", "may not restart",
               "polkit.addRule"),
    "database": (shell(f"systemctl stop {debian.wanted().cluster}"), "database", "connect to", "server"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_finds_what_is_broken_and_says_how_to_mend_it(healthy, name):
    break_it, check, words, fix = BROKEN[name]
    break_it(healthy)
    found = failed(checks(healthy))
    assert check in found, found
    assert any(words in problem["what"] for problem in found[check]["problems"]), found[check]
    assert any(fix in problem["fix"] for problem in found[check]["problems"]), found[check]
    on_screen = healthy.orchestrate("doctor", "magikal-bot")
    assert on_screen.code == 1
    line_with(on_screen, "FAIL", check)
    line_with(on_screen, "fix: ", fix)


def test_what_rests_on_a_failed_check_is_not_called_passed(healthy):
    healthy.host.run("systemctl", "stop", debian.wanted().cluster).ok()
    found = checks(healthy)
    assert {name for name, check in found.items() if check.get("waits_for") == "database"} >= {
        "version table", "backup", "pg_restore", "clock of the server"}
    assert not found["right to restore"]["passed"]


ADVICE = {
    "no gate": (shell("rm -r /etc/systemd/system/{unit}.d; systemctl daemon-reload"), "gated units", "orchestrate init"),
    "no timer": (shell("systemctl disable --now orchestrate-verify@magikal-bot.timer"), "nightly verification", "systemctl enable"),
    "no right to restore": (lambda vps: vps.sql("ALTER ROLE magikal NOCREATEDB"), "right to restore", "ALTER ROLE magikal CREATEDB"),
    "another user": (dropped("[Service]\nUser=root\n"), "units", "runs as root, the migrations as magikalbot"),
    "no worker": (shell("rm -r /etc/systemd/system/orchestrate-worker@*.d; systemctl daemon-reload"), "worker", "orchestrate init"),
    "not at boot": (shell("systemctl disable {unit}"), "units", "systemctl enable"),
}


@pytest.mark.parametrize("name", ADVICE)
def test_what_is_in_nobodys_way_is_advice(healthy, name):
    change, check, words = ADVICE[name]
    change(healthy)
    found = checks(healthy)
    assert failed(found) == {}
    assert any(words in advice for advice in found[check]["advice"]), found[check]


def test_a_line_of_cron_is_a_nightly_verification(healthy):
    healthy.host.run("systemctl", "disable", "--now", TIMER).ok()
    healthy.host.write("/etc/cron.d/verify", "17 3 * * * root orchestrate verify-backup magikal-bot --quiet\n")
    assert checks(healthy)["nightly verification"]["found"] == "/etc/cron.d/verify:1"
    healthy.host.run("rm", "/etc/cron.d/verify")
