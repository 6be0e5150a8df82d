"""Asked to stop, or killed, at any stage: nothing half done is called done, and the next start knows."""

import signal

import pytest

from vps import SHORT_HOLD, TAKE_BACKUP, line_with

SLEEP = 'op.execute("CREATE TABLE cfg.tempvc (id int)")\nop.execute("SELECT pg_sleep(%s)")'
SLOW_DUMP = (r"(?=\npipeline:)", "\npostgres: { bin: /srv/slow }\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_before_the_upgrade_a_run_changes_nothing(vps, number):
    make_slow_dump(vps)
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP, SLOW_DUMP)
    before = vps.snapshot()
    run = vps.start_apply()
    vps.wait_for_process("^sleep 4711")
    run.send(number)
    ended = run.wait(30)
    assert ended.code == 1, str(ended)
    line_with(ended, "asked to")
    assert vps.snapshot() == before
    assert vps.host.run("pgrep", "-f", "^sleep 4711").code == 1


def test_asked_once_during_the_upgrade_a_run_is_finished(vps):
    vps.pending(SLEEP % 3)
    run = start_upgrade(vps)
    run.send(signal.SIGINT)
    ended = run.wait(60)
    assert ended.code == 0, str(ended)
    line_with(ended, "asked to stop", "will be finished")
    assert vps.revision() == "003_tempvc"


def test_asked_again_during_the_upgrade_it_is_ended_and_rolled_back(vps):
    vps.pending(SLEEP % 600)
    before = vps.snapshot()
    run = start_upgrade(vps)
    run.send(signal.SIGINT)
    assert b"ask again" in read_until(run.child.stderr, b"by force")
    run.send(signal.SIGINT)
    ended = run.wait(60)
    assert ended.code in (1, 5), str(ended)  # 5 where the review cannot say that the migration rolls back
    after = vps.snapshot()
    assert (after.database, after.service) == (before.database, before.service)


def test_killed_during_the_upgrade_the_next_apply_finds_the_truth(vps):
    vps.pending(SLEEP % 4)
    run = start_upgrade(vps)
    run.send(signal.SIGKILL)
    run.wait(30)
    first = vps.apply()
    assert first.code == 5, str(first)  # the review cannot judge pg_sleep(), so nothing is tried again by itself
    line_with(first, "had died", "held")
    again = vps.apply()
    assert again.code == 0, str(again)
    assert vps.revision() == "003_tempvc"
    assert len(vps.orchestrate("history", "magikal-bot").ok().splitlines()) >= 2


def test_killed_in_the_middle_of_a_dump_the_next_apply_starts_anew(vps):
    make_slow_dump(vps)
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP, SLOW_DUMP)
    run = vps.start_apply()
    vps.wait_for_process("^sleep 4711")
    run.send(signal.SIGKILL)
    run.wait(30)
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    again = vps.apply()
    assert again.code == 0, str(again)
    assert not [name for name in vps.snapshot().backups if "partial" in name]
    assert vps.host.run("pgrep", "-f", "^sleep 4711").code == 1


def start_upgrade(vps):
    vps.approve_all()
    run = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    return run


def read_until(stream, words: bytes) -> bytes:
    text = b""
    while words not in text:
        byte = stream.read(1)
        assert byte, f"the stream ended without {words}: {text}"
        text += byte
    return text


def make_slow_dump(vps) -> None:
    vps.host.shell("mkdir -p /srv/slow; ln -sf /usr/lib/postgresql/15/bin/pg_restore /srv/slow/")
    vps.host.write("/srv/slow/pg_dump", """#!/bin/sh
/usr/lib/postgresql/15/bin/pg_dump "$@"
[ "$1" = --version ] || exec sleep 4711
""", 0o755)
