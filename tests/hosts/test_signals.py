"""Asked to stop, or killed, at any stage: nothing half done is called done, and the next start knows."""

import signal

import pytest

from vps import SHORT_HOLD, TAKE_BACKUP, line_with

SLEEP = 'op.execute("CREATE TABLE cfg.tempvc (id int)")\nop.execute("SELECT pg_sleep(%s)")'
SLOW_DUMP = "LOCK TABLE cfg.panels IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_before_the_upgrade_a_run_changes_nothing(vps, number):
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    before = vps.snapshot()
    holder = vps.host.start("psql", "-d", "appdb", "-c", "BEGIN", "-c", SLOW_DUMP, user="postgres")
    try:
        run = vps.start_apply()
        vps.wait_for_statement("LOCK TABLE")  # of pg_dump, which waits for the holder
        run.send(number)
        ended = run.wait(30)
    finally:
        holder.end()
    assert ended.code == 1, str(ended)
    line_with(ended, "asked to")
    assert vps.snapshot() == before


def test_asked_once_during_the_upgrade_a_run_is_finished(vps):
    vps.pending(SLEEP % 3)
    run = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    run.send(signal.SIGINT)
    ended = run.wait(60)
    assert ended.code == 0, str(ended)
    line_with(ended, "asked to stop", "will be finished")
    assert vps.revision() == "003_tempvc"


def test_asked_again_during_the_upgrade_it_is_ended_and_rolled_back(vps):
    vps.pending(SLEEP % 600)
    before = vps.snapshot()
    run = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    run.send(signal.SIGINT)
    run.send(signal.SIGINT)
    ended = run.wait(60)
    assert ended.code == 1, str(ended)
    after = vps.snapshot()
    assert (after.database, after.service) == (before.database, before.service)


def test_killed_during_the_upgrade_the_next_apply_finds_the_truth(vps):
    vps.pending(SLEEP % 4)
    database = vps.snapshot().database
    run = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    run.send(signal.SIGKILL)
    run.wait(30)
    again = vps.apply()
    assert again.code == 0, str(again)
    assert vps.revision() == "003_tempvc"
    assert vps.snapshot().database != database
    history = vps.orchestrate("history", "magikal-bot").ok()
    assert len(history.splitlines()) >= 2


def test_killed_before_the_upgrade_the_next_apply_starts_anew(vps):
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    holder = vps.host.start("psql", "-d", "appdb", "-c", "BEGIN", "-c", SLOW_DUMP, user="postgres")
    try:
        run = vps.start_apply()
        vps.wait_for_statement("LOCK TABLE")
        run.send(signal.SIGKILL)
        run.wait(30)
    finally:
        holder.end()
    again = vps.apply()
    assert again.code == 0, str(again)
    assert not [name for name in vps.snapshot().backups if "partial" in name]
