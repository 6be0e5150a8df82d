"""`orchestrate restart`: the gate is asked, then the services are restarted and watched; the database is not touched."""

import json
import re
import signal

import pytest

import worker
from host import until
from magikal import UNIT
from project import boot
from vps import NO_HOLD, line_with

RULES = "/etc/polkit-1/rules.d/60-orchestrate-magikal-bot.rules"
SLOW = 'op.execute("SELECT pg_sleep(60)")'
HALF_DONE = """
with op.get_context().autocommit_block():
    op.execute("ALTER TABLE cfg.panels ADD COLUMN extra int")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.PackagedVps(host, project)


def restart(vps, *options, **how):
    return vps.orchestrate("restart", "magikal-bot", *options, **how)


def newest(vps):
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]


def test_where_the_schema_is_right_the_service_is_restarted_and_watched(vps):
    vps.runbook("upgrade head").ok()
    before, database = vps.invocation(), vps.snapshot().database
    ended = restart(vps)
    assert ended.code == 0, str(ended)
    for words in (("ok", "gate", "open: the database is at 003_tempvc"), ("ok", "restart"), ("ok", "journal"), ("done in",)):
        line_with(ended, *words)
    assert vps.invocation() not in ("", before)
    assert vps.snapshot().database == database
    run = newest(vps)
    assert (run["verb"], run["finished"]["result"], run["requested_by"]) == ("restart", "succeeded", "uid 0 (root)")


def test_a_closed_gate_ends_it_before_anything_is_touched(vps):
    before = vps.snapshot()
    ended = restart(vps)
    assert ended.code == 20, str(ended)
    line_with(ended, "FAIL", "closed: the database is at 002_panels, and 003_tempvc is pending")
    line_with(ended, "stopped before the restart: database unchanged, checkout and service unchanged. Exit 20.")
    line_with(ended, "next: orchestrate apply magikal-bot")
    assert vps.snapshot() == before
    finished = newest(vps)["finished"]
    assert (finished["result"], finished["exit_code"]) == ("failed-unchanged", 20)


def test_a_gate_that_a_person_holds_open_lets_it_go(vps):
    vps.pending("pass")
    vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "the shop must open").ok()
    before = vps.invocation()
    ended = restart(vps)
    assert ended.code == 0, str(ended)
    line_with(ended, "gate", "held open until", "the shop must open")
    assert vps.invocation() != before
    assert vps.revision() == "002_panels"


def test_a_service_that_does_not_stay_up_is_held_with_the_next_command(vps):
    vps.runbook("upgrade head").ok()
    vps.host.shell("echo 'raise SystemExit(3)' >/home/magikalbot/magikal-bot/bot.py")
    ended = restart(vps)
    assert ended.code == 5, str(ended)
    line_with(ended, "held: restart failed; database and checkout unchanged")
    line_with(ended, "next: mend magikal-bot.service", "then: orchestrate restart magikal-bot")
    refused = vps.orchestrate("resume", newest(vps)["run"])
    assert refused.code == 2, str(refused)
    line_with(refused, "a restart is made anew", "orchestrate restart magikal-bot")


def test_one_that_died_hides_nothing_and_holds_up_no_upgrade(vps):
    vps.runbook("upgrade head").ok()
    vps.use_policy((r"stable_for: \w+", "stable_for: 60s"))
    before = vps.invocation()
    running = vps.host.start("orchestrate", "restart", "magikal-bot")
    until("the bot was restarted", 30, lambda: vps.invocation() not in ("", before))
    assert restart(vps).code == 75, "one at a time"
    running.send(signal.SIGKILL)
    running.wait(10)
    vps.use_policy(NO_HOLD)
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    line_with(ended, "had died; held: restart failed; database and checkout unchanged")


def test_an_upgrade_that_is_half_done_still_counts_after_it(vps):
    vps.pending(HALF_DONE)
    assert vps.apply_approving().code == 5
    for _ in range(2):
        before = vps.snapshot()
        ended = restart(vps)
        assert ended.code == 20, str(ended)
        line_with(ended, "next: orchestrate show", "orchestrate abort")
        assert vps.snapshot() == before
    assert vps.apply().code == 5
    line_with(vps.orchestrate("status", "magikal-bot"), "next:", "orchestrate abort")


def test_a_run_under_way_is_waited_for(vps):
    vps.pending(SLOW)
    vps.approve_all()
    migrating = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    refused = restart(vps)
    migrating.end()
    assert refused.code == 75, str(refused)
    line_with(refused, "lock magikal-bot: another run holds it: run", "orchestrate status magikal-bot")


def test_a_pipeline_with_downtime_is_restarted_like_any_other(vps):
    vps.use_policy(NO_HOLD, (r"\n  - restore_point:", "\n  - stop\n  - restore_point:"), (r"\n  - restart:", "\n  - start:"))
    vps.runbook("upgrade head").ok()
    before = vps.invocation()
    assert restart(vps).code == 0
    assert vps.invocation() not in ("", before)


def test_a_policy_that_restarts_nothing_is_named(vps):
    vps.use_policy((r"(?s)\n  - restart:.*", "\n"))
    refused = restart(vps)
    assert refused.code == 2, str(refused)
    line_with(refused, "its policy restarts no service", "magikal-bot.yaml")


@pytest.fixture
def users_state(vps):
    vps.host.shell("gpasswd --add magikalbot systemd-journal; install -d -o magikalbot /var/lib/orchestrate/magikal-bot")
    yield
    vps.host.shell(f"rm -f {RULES}; systemctl restart polkit; gpasswd --delete magikalbot systemd-journal")


def test_the_applications_user_needs_the_polkit_rule_and_no_root(vps, users_state):
    vps.runbook("upgrade head").ok()
    before = vps.snapshot()
    refused = restart(vps, user="magikalbot")
    assert refused.code == 77, str(refused)
    line_with(refused, "may not restart magikal-bot.service", "sudo orchestrate restart magikal-bot")
    assert vps.snapshot() == before
    vps.host.write(RULES, re.search(f"{RULES}: (.*)", refused.err).group(1) + "\n")
    vps.host.shell("systemctl restart polkit")
    ended = restart(vps, user="magikalbot")
    assert ended.code == 0, str(ended)
    assert vps.unit("ActiveState", "InvocationID")["InvocationID"] not in before.service
    assert UNIT in line_with(ended, "ok", "restart")
