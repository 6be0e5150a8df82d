"""Asked to stop, or killed, at any stage: nothing half done is called done, and the next start knows."""

import re
import signal

import pytest

import debian
from host import until
from vps import SHORT_HOLD, TAKE_BACKUP, line_with

SLEEP = 'op.execute("CREATE TABLE cfg.tempvc (id int)")\nop.execute("SELECT pg_sleep(%s)")'
SLOW_DUMP = (r"(?=\npipeline:)", "\npostgres: { bin: /srv/slow }\n")

PROGRAMS = debian.wanted().postgres_programs
PG_DUMP_THAT_NEVER_ENDS = f"""#!/bin/sh
{PROGRAMS}/pg_dump "$@"
[ "$1" = --version ] || exec sleep 4711
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_before_the_upgrade_a_run_changes_nothing(vps, number):
    before = vps.snapshot()
    run = start_slow_dump(vps)
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


def test_asked_after_the_upgrade_a_run_is_brought_to_its_end(vps):
    vps.use_policy((r"stable_for: \w+", "stable_for: 3s"))
    before = vps.invocation()
    run = vps.start_apply()
    until("the bot is restarted", 30, lambda: vps.invocation() != before)
    run.send(signal.SIGTERM)
    ended = run.wait(30)
    assert ended.code == 0, str(ended)
    line_with(ended, "asked to stop", "restart is finished first")


def test_killed_during_an_upgrade_that_cannot_be_judged_the_run_is_held(vps):
    vps.pending(SLEEP % 2)
    run = start_upgrade(vps)
    run.send(signal.SIGKILL)
    run.wait(30)
    told = vps.apply()
    assert told.code == 5, str(told)
    line_with(told, "had died", "held")
    again = vps.apply()
    assert again.code == 5, str(again)
    assert vps.revision() == "002_panels"
    answer = re.search(r"orchestrate (abort \S+)", line_with(again, "next:"))
    assert answer, str(again)
    vps.orchestrate(*answer.group(1).split(), "--reason", "looked: nothing was left").ok()
    after = vps.apply()
    assert after.code == 0, str(after)
    assert vps.revision() == "003_tempvc"


def test_killed_in_the_middle_of_a_dump_the_next_apply_starts_anew(vps):
    run = start_slow_dump(vps)
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


def start_slow_dump(vps):
    vps.host.shell(f"mkdir -p /srv/slow; ln -sf {PROGRAMS}/pg_restore {PROGRAMS}/pg_dumpall /srv/slow/")
    vps.host.write("/srv/slow/pg_dump", PG_DUMP_THAT_NEVER_ENDS, 0o755)
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP, SLOW_DUMP)
    run = vps.start_apply()
    vps.wait_for_process("^sleep 4711")
    return run
