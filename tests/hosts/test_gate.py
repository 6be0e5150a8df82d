"""The gate: a service starts only on a migrated schema, by a line in its own unit."""

import json

import pytest

import debian
from host import until
from magikal import ENV_FILE, UNIT
from vps import NO_HOLD, TAKE_BACKUP, line_with

DROP_IN = f"/etc/systemd/system/{UNIT}.d/orchestrate-gate.conf"
GATED = "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n"


@pytest.fixture
def gated(vps):
    vps.host.write(DROP_IN, GATED)
    vps.host.run("systemctl", "daemon-reload").ok()
    yield vps
    vps.host.run("rm", DROP_IN)
    vps.host.run("systemctl", "daemon-reload").ok()


def test_a_start_on_a_schema_behind_is_refused_with_the_reason_and_the_command(gated):
    ended = gated.host.run("systemctl", "restart", UNIT)
    assert ended.code != 0
    journal = gated.host.run("journalctl", "--unit", UNIT, "--output=cat", "--no-pager").ok()
    assert "gate closed: the database is at 002_panels, and 003_tempvc is pending; next: orchestrate apply magikal-bot" in journal


def test_a_refused_start_recovers_by_itself_when_the_gate_opens(gated):
    gated.host.run("systemctl", "restart", UNIT)
    gated.runbook("upgrade head").ok()
    until("the bot runs", 60, lambda: gated.unit("ActiveState") == {"ActiveState": "active"})


def test_a_run_restarts_the_service_that_it_gates(gated):
    gated.use_policy(NO_HOLD, TAKE_BACKUP)
    ended = gated.apply()
    assert ended.code == 0, str(ended)
    assert gated.unit("ActiveState") == {"ActiveState": "active"}


def test_the_gate_says_why_and_ends_with_20(vps):
    closed = vps.orchestrate("gate", "magikal-bot")
    assert closed.code == 20, str(closed)
    line_with(closed, "gate closed", "003_tempvc is pending", "next: orchestrate apply magikal-bot")
    assert vps.orchestrate("gate", "--unit", UNIT).code == 20
    answer = json.loads(vps.orchestrate("gate", "magikal-bot", "--json").out)
    assert (answer["open"], answer["standing"]) == (False, "behind")
    vps.runbook("upgrade head").ok()
    opened = vps.orchestrate("gate", "--unit", UNIT)
    assert opened.code == 0, str(opened)
    line_with(opened, "gate open", "the database is at 003_tempvc")


def test_a_database_that_does_not_answer_keeps_it_closed_unless_the_policy_allows_that(vps):
    vps.host.run("systemctl", "stop", debian.wanted().cluster).ok()
    try:
        closed = vps.orchestrate("gate", "magikal-bot")
        vps.use_policy((r"\npipeline:", "\ngate: { unknown: allow }\npipeline:"))
        allowed = vps.orchestrate("gate", "magikal-bot")
    finally:
        vps.host.run("systemctl", "start", debian.wanted().cluster).ok()
    assert closed.code == 20, str(closed)
    assert allowed.code == 0, str(allowed)
    line_with(allowed, "gate open", "which gate.unknown allows")


def test_a_server_that_is_asked_for_over_tls_answers_root_as_it_answers_the_user(vps):
    vps.runbook("upgrade head").ok()
    vps.host.shell(f"sed -i 's#5432/appdb#5432/appdb?sslmode=require#' {ENV_FILE}")
    for user in ("root", "magikalbot"):
        assert vps.orchestrate("gate", "magikal-bot", user=user).code == 0


def test_a_person_may_hold_it_open_for_a_while_and_close_it_again(vps):
    opened = vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "the shop must open")
    assert opened.code == 0, str(opened)
    line_with(vps.orchestrate("gate", "magikal-bot"), "gate open", "held open until", "the shop must open")
    audit = vps.host.run("journalctl", "--quiet", "--output=cat", "ORCHESTRATE_EVENT=gate-opened").ok()
    assert "the shop must open" in audit
    assert vps.orchestrate("gate", "magikal-bot", "--open-for", "0", "--reason", "migrated").code == 0
    assert vps.orchestrate("gate", "magikal-bot").code == 20


def test_bad_input_is_refused_in_one_line(vps):
    nobody = vps.orchestrate("gate", "--unit", "nobody.service")
    assert nobody.code == 20, str(nobody)
    line_with(nobody, "no policy of this host", "nobody.service")
    assert vps.orchestrate("gate").code == 2
    assert vps.orchestrate("gate", "magikal-bot", "--open-for", "1h").code == 2
    assert vps.orchestrate("gate", "magikal-bot", "--timeout", "soon").code == 2
