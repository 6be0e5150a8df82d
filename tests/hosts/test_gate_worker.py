"""The gate on a host with orchestrated: it needs no daemon, and neither one brings the other down or to a standstill."""

import pytest

import worker
from host import until
from magikal import UNIT
from project import boot
from vps import NO_HOLD, TAKE_BACKUP, line_with
from worker import DAEMON

DROP_IN = f"/etc/systemd/system/{UNIT}.d/orchestrate-gate.conf"


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        vps = worker.WorkerVps(host, project)
        host.write(DROP_IN, "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n")
        host.run("systemctl", "daemon-reload").ok()
        host.run("systemctl", "enable", DAEMON, UNIT).ok()
        yield vps


@pytest.fixture
def vps(booted):
    # The reset starts the service on a schema behind its code.
    booted.host.run("mv", DROP_IN, "/root/").ok()
    booted.reset()
    booted.host.run("mv", f"/root/{DROP_IN.split('/')[-1]}", DROP_IN).ok()
    booted.host.run("systemctl", "daemon-reload").ok()
    booted.use_policy(NO_HOLD, TAKE_BACKUP)
    return booted


def is_active(vps):
    return vps.unit("ActiveState") == {"ActiveState": "active"}


def test_a_worker_restarts_the_unit_that_asks_the_gate(vps):
    before = vps.invocation()
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    line_with(ended, "orchestrate-worker@magikal-bot.service")
    assert is_active(vps) and vps.invocation() != before


def test_a_restart_by_the_worker(vps):
    before = vps.snapshot()
    closed = vps.orchestrate("restart", "magikal-bot")
    assert closed.code == 20, str(closed)
    line_with(closed, "restart magikal-bot: by orchestrate-worker@magikal-bot.service")
    line_with(closed, "next: orchestrate apply magikal-bot")
    assert vps.snapshot() == before
    vps.runbook("upgrade head").ok()
    ended = vps.orchestrate("restart", "magikal-bot")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "restart")
    assert is_active(vps) and vps.invocation() not in before.service
    worker.wait_until_over(vps)
    local = vps.orchestrate("restart", "magikal-bot", "--local")
    assert local.code == 0, str(local)
    assert "orchestrate-worker@" not in local.out + local.err


def test_refused_starts_do_not_use_up_the_units_limit_for_the_worker(vps):
    strict = f"/etc/systemd/system/{UNIT}.d/strict.conf"
    vps.host.write(strict, "[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n[Service]\nRestart=no\n")
    vps.host.shell(f"systemctl daemon-reload; for _ in 1 2 3; do systemctl restart {UNIT} || true; done")
    said = vps.host.run("journalctl", "--unit", UNIT, "--output=cat", "--no-pager", "--lines=3").ok()
    assert "repeated too quickly" in said
    ended = vps.apply()
    vps.host.shell(f"rm {strict}; systemctl daemon-reload")
    assert ended.code == 0, str(ended)
    assert is_active(vps)


def test_a_worker_that_is_killed_in_a_restart_is_judged_by_another(vps):
    vps.runbook("upgrade head").ok()
    vps.use_policy((r"stable_for: \w+", "stable_for: 60s"))
    before = vps.invocation()
    client = vps.host.start("orchestrate", "restart", "magikal-bot")
    until("the bot was restarted", 30, lambda: vps.invocation() not in ("", before))
    vps.host.shell(f"systemctl kill --signal=KILL {worker.worker_of(vps)}")
    ended = client.wait(60)
    assert ended.code == 5, str(ended)
    line_with(ended, "held: restart failed; database and checkout unchanged")
    vps.use_policy(NO_HOLD, TAKE_BACKUP)
    worker.wait_until_over(vps)
    assert vps.apply().code == 0


def test_it_answers_while_the_daemon_is_dead_and_the_daemons_end_stops_no_app(vps):
    vps.runbook("upgrade head").ok()
    before = vps.invocation()
    vps.host.shell(f"systemctl stop {DAEMON} && systemctl mask --runtime {DAEMON}")
    try:
        assert is_active(vps) and vps.invocation() == before
        assert vps.orchestrate("gate", "--unit", UNIT).code == 0
        assert vps.host.run("systemctl", "restart", UNIT).code == 0
        assert is_active(vps) and vps.invocation() != before
    finally:
        vps.host.shell(f"systemctl unmask --runtime {DAEMON}")


def test_a_boot_has_no_cycle_and_the_gate_lets_the_service_start(vps):
    vps.runbook("upgrade head").ok()
    verified = vps.host.run("systemd-analyze", "verify", UNIT, DAEMON, worker.worker_of(vps))
    assert "cycle" not in verified.out + verified.err, str(verified)
    vps.host.cut_power()
    vps.host.boot()
    until("the bot runs", 60, lambda: is_active(vps))
    booted = vps.host.run("journalctl", "--boot", "--output=cat", "--no-pager").ok()
    assert "gate open: the database is at 003_tempvc" in booted
    assert "ordering cycle" not in booted
