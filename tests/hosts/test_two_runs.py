"""Two runs at once, on one host and on two hosts with one database: one upgrades, the other is told who does."""

import contextlib
import json
import re
import signal

import pytest

import cable
import debian
from host import until
from magikal import ENV_FILE, MAGIKAL, UNIT
from project import boot
from snapshot import checkout
from vps import SHORT_HOLD, TAKE_BACKUP, Vps, line_with

# Attempts are counted also where they are rolled back: by a sequence.
COUNT = "op.execute(\"SELECT nextval('public.attempts')\")\n"
AT_THE_GATE = COUNT + 'op.execute("ALTER TABLE cfg.panels ADD COLUMN extra int")\nop.execute("SELECT pg_advisory_lock(4711)")'
FIRST_ONE_SLEEPS = "op.execute(\"SELECT pg_sleep(4711) WHERE nextval('public.attempts') = 1\")"
CONCURRENTLY = COUNT + (
    "with op.get_context().autocommit_block():\n"
    '    op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_extra ON cfg.panels (title)")'
)
CLOSED_GATE = "SELECT pg_advisory_lock(4711), pg_sleep(4711)"
OLD_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_sleep(4711)"  # which CREATE INDEX CONCURRENTLY waits for
ATTEMPTS = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.attempts"
INDEX_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('cfg.ix_extra')"
LOCK_HOLDERS = (
    "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND application_name ~ '^orchestrate apply'"
)
LONG_WAIT = (r"lock_timeout: 5s", "lock_timeout: 5min")


@pytest.fixture(scope="module")
def pair():
    """Two hosts of one project; the database of the first is that of both."""
    with boot(MAGIKAL) as first, boot(MAGIKAL) as second:
        cable.join(first, second)
        for host, name in ((first, "vps-a"), (second, "vps-b")):
            host.run("hostname", name).ok()
        first.shell(
            f"cd /etc/postgresql/{debian.wanted().postgres}/main; echo \"listen_addresses = '*'\" >>postgresql.conf;"
            "echo 'host appdb magikal 10.99.0.0/24 scram-sha-256' >>pg_hba.conf;"
            f"systemctl restart {debian.wanted().cluster}"
        )
        # Else preflight refuses: nobody could tell how old the transactions are that CREATE INDEX CONCURRENTLY waits for.
        first.run("psql", "--quiet", "--command", "GRANT pg_read_all_stats TO magikal", user="postgres").ok()
        yield Vps(first, MAGIKAL), Vps(second, MAGIKAL)


@pytest.fixture
def a(pair):
    a = pair[0]
    a.reset()
    a.use_policy(SHORT_HOLD, LONG_WAIT)
    a.sql("CREATE SEQUENCE public.attempts; GRANT ALL ON SEQUENCE public.attempts TO magikal")
    return a


@pytest.fixture
def b(pair, a):
    b = pair[1]
    b.reset()
    b.use_policy(SHORT_HOLD, LONG_WAIT, TAKE_BACKUP)
    b.host.shell(f"sed -i s/localhost:5432/{cable.FIRST}:5432/ {ENV_FILE}; systemctl restart {UNIT}")
    return b


def test_of_two_on_one_host_one_upgrades_and_the_other_is_told_the_process(a):
    pending(AT_THE_GATE, a)
    with kept_waiting(a, CLOSED_GATE):
        runs = [a.start_apply(), a.start_apply()]
        until("one of the two has ended", 30, lambda: any(run.child.poll() is not None for run in runs))
        runs.sort(key=lambda run: run.child.poll() is None)
        refused = runs[0].wait(10)
        assert refused.code == 75, str(refused)
        holder = re.search(r"pid (\d+) \(orchestrate\)", line_with(refused, "another run holds it"))
        assert holder, str(refused)
        a.wait_for_statement("pg_advisory_lock")
        assert a.host.run("pgrep", "--exact", "orchestrate").out.split() == [holder.group(1)]
    ended = runs[1].wait(30)
    assert ended.code == 0, str(ended)
    upgraded(a, attempts=1)
    assert a.git("rev-list", "--count", "--grep=^restore point", "HEAD") == "1"
    assert len(history(a)) == 1


def test_while_one_runs_its_like_is_told_the_run_and_whoever_only_asks_is_answered(a):
    pending(AT_THE_GATE, a)
    with kept_waiting(a, CLOSED_GATE):
        first = a.start_apply()
        a.wait_for_statement("pg_advisory_lock")
        [run] = history(a)
        line_with(a.apply(), "another run holds it", f"run {run['run']} since ", "(orchestrate)", "orchestrate status magikal-bot")
        for asked in ("status", "plan", "revisions", "history"):
            answer = a.orchestrate(asked, "magikal-bot")
            assert answer.code == 0, str(answer)
        for asked in ("show", "logs"):
            answer = a.orchestrate(asked, run["run"])
            assert answer.code == 0, str(answer)
        status = json.loads(a.orchestrate("status", "magikal-bot", "--json").ok())
        assert status["unfinished"]["run"] == run["run"]
    assert first.wait(30).code == 0
    upgraded(a, attempts=1)


def test_of_two_hosts_one_upgrades_and_the_other_is_told_host_and_run(a, b):
    pending(AT_THE_GATE, a, b)
    with kept_waiting(a, CLOSED_GATE):
        first = b.start_apply()
        a.wait_for_statement("pg_advisory_lock")
        before = checkout(a.host, MAGIKAL), a.invocation()
        [run] = history(b)
        refused = a.apply()
        assert refused.code == 75, str(refused)
        line_with(refused, "another run holds this database", f"apply {run['run']} on vps-b", cable.SECOND)
        assert (checkout(a.host, MAGIKAL), a.invocation()) == before
    assert first.wait(30).code == 0
    upgraded(a, attempts=1)
    line_with(a.apply(), "nothing to do")


def test_two_hosts_that_begin_in_the_same_moment(a, b):
    pending(COUNT, a, b)
    runs = [a.start_apply(), b.start_apply()]
    ended = sorted((run.wait(60) for run in runs), key=lambda run: run.code)
    # The second may come when the first is done, and has nothing to do.
    assert [run.code for run in ended] in ([0, 75], [0, 0]), f"{ended[0]}\n{ended[1]}"
    upgraded(a, attempts=1)


def test_a_killed_holder_is_followed_within_seconds(a, b):
    pending(FIRST_ONE_SLEEPS, a, b)
    first = b.start_apply()
    a.wait_for_statement("pg_sleep")
    first.send(signal.SIGKILL)
    first.wait(10)
    ended = a.apply(seconds=30)
    assert ended.code == 0, str(ended)
    upgraded(a, attempts=2)
    told = b.apply()
    line_with(told, "had died")
    assert told.code in (0, 5), str(told)
    upgraded(a, attempts=2)


def test_what_a_killed_holder_began_in_the_server_is_not_disturbed(a, b):
    pending(CONCURRENTLY, a, b)
    with kept_waiting(a, OLD_SNAPSHOT):
        first = b.start_apply()
        a.wait_for_statement("^CREATE INDEX CONCURRENTLY")
        [run] = history(b)
        first.send(signal.SIGKILL)
        first.wait(10)
        until("the lock is free", 5, lambda: a.sql(f"SELECT count(*) {LOCK_HOLDERS}") == "0")
        before = a.snapshot()
        refused = a.apply()
        assert refused.code == 75, str(refused)
        line_with(refused, "another run holds this database", f"orchestrate upgrade {run['run']} (backend ", cable.SECOND)
        assert a.snapshot() == before
    until("the index is made", 10, lambda: a.sql(INDEX_IS_VALID) == "t")
    ended = a.apply()
    assert ended.code == 0, str(ended)
    upgraded(a, attempts=2)
    assert a.sql(INDEX_IS_VALID) == "t"


def test_an_index_that_one_builds_concurrently_is_not_disturbed_by_the_other(a, b):
    pending(CONCURRENTLY, a, b)
    with kept_waiting(a, OLD_SNAPSHOT):
        first = a.start_apply()
        a.wait_for_statement("^CREATE INDEX CONCURRENTLY")
        refused = b.apply()
        assert refused.code == 75, str(refused)
        line_with(refused, "on vps-a")
    ended = first.wait(30)
    assert ended.code == 0, str(ended)
    upgraded(a, attempts=1)
    assert a.sql(INDEX_IS_VALID) == "t"


def test_a_lock_lost_during_the_upgrade_is_told_and_lets_nobody_else_begin(a, b):
    pending(AT_THE_GATE, a, b)
    with kept_waiting(a, CLOSED_GATE):
        first = b.start_apply()
        a.wait_for_statement("pg_advisory_lock")
        assert a.sql(f"SELECT pg_terminate_backend(pid) {LOCK_HOLDERS}") == "t"
        refused = a.apply()
        assert refused.code == 75, str(refused)
        line_with(refused, "another run holds this database", f"orchestrate upgrade {history(b)[0]['run']}")
    ended = first.wait(30)
    assert ended.code == 0, str(ended)
    line_with(ended, "the database lock was lost during the upgrade")
    upgraded(a, attempts=1)


def test_a_cut_link_frees_the_lock_within_seconds_and_nothing_is_upgraded_twice(a, b):
    pending(FIRST_ONE_SLEEPS, a, b)
    first = b.start_apply()
    a.wait_for_statement("pg_sleep")
    cable.pull(b.host)
    try:
        until("the lock is free", 10, lambda: a.sql(f"SELECT count(*) {LOCK_HOLDERS}") == "0")
        ended = a.apply(seconds=30)
        assert ended.code == 0, str(ended)
        upgraded(a, attempts=2)
    finally:
        cable.plug(b.host)
    first.send(signal.SIGINT)
    first.send(signal.SIGTERM)  # a second SIGINT could become one with the first
    ended = first.wait(60)
    assert ended.code == 5, str(ended)
    line_with(ended, "the database lock was lost during the upgrade")
    line_with(ended, "the database is at the target")
    finished = b.apply()
    assert finished.code == 0, str(finished)
    upgraded(a, attempts=2)


def pending(body: str, *hosts: Vps) -> None:
    for vps in hosts:
        vps.pending(body)
        vps.approve_all()


@contextlib.contextmanager
def kept_waiting(vps: Vps, holds: str):
    """Something that a migration waits for, as long as the block lasts."""
    holder = vps.host.start("psql", "--dbname=appdb", "--command", holds, user="postgres")
    asked = "FROM pg_stat_activity WHERE usename = 'postgres' AND wait_event = 'PgSleep'"
    try:
        until("it has to be waited for", 10, lambda: vps.sql(f"SELECT count(*) {asked}") == "1")
        yield
    finally:
        vps.sql(f"SELECT pg_terminate_backend(pid) {asked}")
        holder.end()


def history(vps: Vps) -> list[dict]:
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"]


def upgraded(vps: Vps, attempts: int) -> None:
    assert (vps.revision(), vps.sql(ATTEMPTS)) == ("003_tempvc", str(attempts))
