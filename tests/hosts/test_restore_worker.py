"""A restore by a worker: in its sandbox, and through a power cut in the moment in which the database is closed."""

import json

import pytest

import worker
from administrator import beside, with_administrator
from host import until
from project import boot
from test_restore import at_head, dump, hold_rename, release, restore, wait_for_rename
from vps import SHORT_HOLD, line_with


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture
def vps(booted):
    with_administrator(booted, SHORT_HOLD)
    at_head(booted)
    return booted


def newest(vps):
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]


def ended_run(vps):
    """Until the worker has opened the ledger after a power cut, whoever only reads is told to wait."""
    asked = vps.orchestrate("history", "magikal-bot", "--json")
    run = asked.code == 0 and json.loads(asked.out)["runs"][0]
    return run and run["finished"] and run


def test_in_the_sandbox_of_the_worker(vps):
    vps.sql("DELETE FROM cfg.panels")
    ended = restore(vps, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    line_with(ended, worker.worker_of(vps))
    line_with(ended, "ok", "exchange")
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "50"
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_a_worker_that_is_killed_while_the_database_is_closed_is_followed_by_one_that_opens_it(vps):
    before = vps.snapshot()
    holder = hold_rename(vps)
    client = vps.host.start("orchestrate", "restore", "magikal-bot", dump(vps), "--confirm", "appdb")
    wait_for_rename(vps)
    vps.host.run("systemctl", "kill", "--signal=KILL", worker.worker_of(vps)).ok()
    release(vps, holder)
    ended = client.wait(90)
    assert ended.code == 1, str(ended)
    assert beside(vps) == []
    assert vps.snapshot().database == before.database
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_after_a_power_cut_in_the_rebuild_nothing_of_it_is_left_without_a_person(vps):
    before = vps.snapshot()
    client = vps.host.start("orchestrate", "restore", "magikal-bot", dump(vps), "--confirm", "appdb")
    until("the new database is there", 60, lambda: beside(vps))
    vps.host.cut_power()
    client.end()
    vps.host.boot()
    until("the run has come to its end", 90, lambda: ended_run(vps))
    assert newest(vps)["finished"]["result"] == "failed-unchanged", str(newest(vps))
    assert beside(vps) == []
    assert vps.snapshot().database == before.database
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_after_a_power_cut_the_database_is_open_again_without_a_person(vps):
    before = vps.snapshot()
    hold_rename(vps)
    client = vps.host.start("orchestrate", "restore", "magikal-bot", dump(vps), "--confirm", "appdb")
    wait_for_rename(vps)
    vps.host.cut_power()
    client.end()
    vps.host.boot()
    run = until("the run has come to its end", 90, lambda: ended_run(vps))
    assert run["finished"]["result"] == "failed-unchanged", str(run)
    assert beside(vps) == []
    assert vps.snapshot().database == before.database
    until("the service runs again", 30, lambda: vps.unit("ActiveState")["ActiveState"] == "active")
