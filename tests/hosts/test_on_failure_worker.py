"""`on_failure` by a worker: the client follows both runs, and another worker goes on where one died."""

import pytest

import worker
from administrator import beside, with_administrator
from host import until
from project import boot
from test_on_failure import DOWNTIME, STUCK, break_the_bot, is_as_before, on_failure, runs, verbs
from test_rollback import run_yesterdays_code
from vps import SHORT_HOLD, line_with


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture
def vps(booted):
    with_administrator(booted, SHORT_HOLD, *DOWNTIME, on_failure("upgrade: restore, after_upgrade: restore"))
    return booted


def both_ended(vps):
    until("both runs have come to their end", 90, lambda: len(verbs_so_far(vps)) == 2 and runs(vps)[0]["finished"])
    assert verbs(vps) == [("rollback", "succeeded"), ("apply", "held")]


def verbs_so_far(vps):
    return [run["verb"] for run in runs(vps) if run["verb"] != "restart"]


def test_whoever_asked_for_the_run_sees_both(vps):
    code = run_yesterdays_code(vps)
    break_the_bot(vps)
    ended = vps.apply()
    assert ended.code == 4, str(ended)
    line_with(ended, worker.worker_of(vps))
    back, failed = runs(vps)[:2]
    line_with(ended, f"run {failed['run']} failed, and run {back['run']} undid it", "Exit 4.")
    assert back["unit"] == worker.worker_of(vps)
    assert back["requested_by"] == f"uid 0 (root, over D-Bus); by on_failure of run {failed['run']}"
    is_as_before(vps, code)


def test_a_worker_that_is_killed_in_the_upgrade_is_followed_by_one_that_goes_back(vps):
    code = run_yesterdays_code(vps)
    vps.pending(STUCK)
    vps.approve_all()
    client = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    vps.host.run("systemctl", "kill", "--signal=KILL", worker.worker_of(vps)).ok()
    ended = client.wait(120)
    assert ended.code == 4, str(ended)
    both_ended(vps)
    is_as_before(vps, code)


def test_after_a_power_cut_services_may_have_run_and_it_is_held(vps):
    run_yesterdays_code(vps)
    vps.pending(STUCK)
    vps.approve_all()
    client = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    vps.host.cut_power()
    client.end()
    vps.host.boot()
    until("the run has come to its end", 120, lambda: runs(vps)[0]["finished"])
    [run] = [run for run in runs(vps) if run["verb"] != "restart"]
    assert "restore was not begun: magikal-bot.service may have run since it was stopped" in run["finished"]["summary"]
    assert beside(vps) == []
