"""An upgrade that waits for a lock of a transaction which preflight found neither old nor idle, and what may happen to it
meanwhile."""

import contextlib
import signal

import pytest

from host import until
from magikal import PROJECT
from vps import SHORT_HOLD, line_with

HOLD = "BEGIN; LOCK TABLE cfg.panels IN ACCESS SHARE MODE; SELECT pg_sleep(4711)"
HELD = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%' AND wait_event = 'PgSleep'"
# The lock is waited for longer than the stage may take.
TWO_SECONDS = [(r"upgrade: \{ ", "upgrade: { timeout: 2s, "), (r"lock_timeout: 5s", "lock_timeout: 1min")]


def test_a_lock_that_is_not_to_be_had_is_tried_again_and_then_given_up(vps):
    before = vps.snapshot()
    with upgrade_that_waits(vps, (r"lock_timeout: 5s", "lock_timeout: 300ms"), (r"retries: 3", "retries: 1")) as run:
        ended = run.wait(30)
        assert ended.code == 1, str(ended)
        line_with(ended, "lock timeout")
    unchanged(vps, before)


def test_a_lock_that_is_given_back_in_time_is_waited_for(vps):
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement("ALTER TABLE cfg.panels")
        give_lock_back(vps)
        ended = run.wait(30)
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"


def test_a_migration_that_is_killed_leaves_nothing(vps):
    before = vps.snapshot()
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement("ALTER TABLE cfg.panels")
        vps.host.shell("pkill -KILL -f 'alembic.* upgrade'")
        ended = run.wait(30)
    assert ended.code == 1, str(ended)
    line_with(ended, "killed by signal 9")
    unchanged(vps, before)


def test_a_run_that_is_killed_is_told_as_failed_by_the_next_which_starts_anew(vps):
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement("ALTER TABLE cfg.panels")
        run.send(signal.SIGKILL)
        run.wait(30)
    again = vps.apply()
    assert again.code == 0, str(again)
    line_with(again, "had died", "version rows and catalog as before")
    assert vps.revision() == "003_tempvc"
    assert len(vps.orchestrate("history", "magikal-bot").ok().splitlines()) == 2


def test_a_migration_that_ignores_terminate_is_killed_at_its_deadline(vps):
    env = vps.host.path(f"{PROJECT}/migrations/env.py")
    env.write_text("import signal\n\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + env.read_text())
    vps.approve_all()
    before = vps.snapshot()
    with upgrade_that_waits(vps, *TWO_SECONDS) as run:
        ended = run.wait(40)
    assert ended.code == 1, str(ended)
    line_with(ended, "no end within 2 s")
    unchanged(vps, before)


@pytest.fixture(scope="module", autouse=True)
def rights(booted):
    """Whose age preflight cannot see it does not let pass."""
    booted.host.run("psql", "--quiet", "--command", "GRANT pg_read_all_stats TO magikal", user="postgres").ok()


@contextlib.contextmanager
def upgrade_that_waits(vps, *edits):
    vps.use_policy(SHORT_HOLD, *edits)
    holder = vps.host.start("psql", "--dbname=appdb", "--command", HOLD, user="postgres")
    try:
        until("the table is locked", 10, lambda: vps.sql(HELD) == "1")
        run = vps.start_apply()
        vps.wait_for_process("alembic.* upgrade")
        yield run
    finally:
        give_lock_back(vps)
        holder.end()
        run.end()


def give_lock_back(vps) -> None:
    vps.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%'", "postgres")


def unchanged(vps, before) -> None:
    """Only the branch is at the restore point now: that is the last thing before an upgrade."""
    after = vps.snapshot()
    assert (after.database, after.service, after.backups) == (before.database, before.service, before.backups)
    assert after.checkout["files"] == before.checkout["files"]
