"""Killed in the middle of a migration, in every way: what became of it is told, and nothing is done twice."""

import contextlib
import os
import signal
import subprocess

import pytest

import debian
from host import until
from judge import CHAINS, PER_MIGRATION, REVISIONS, TRANSACTIONAL, Case, judged, kept_table
from magikal import UNIT

HOLDER = "UPDATE cfg.gate SET passed = false; SELECT pg_sleep(4711)"  # one transaction, which is neither old nor idle
HELD = "FROM pg_stat_activity WHERE usename = 'postgres' AND wait_event = 'PgSleep'"

chains = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)


@pytest.fixture(scope="module")
def table():
    yield from kept_table("fault-table.txt")


@pytest.fixture(scope="module")
def host(booted):
    """Preflight must see how old the transaction is that closes the gate."""
    booted.host.run("psql", "--quiet", "--command", "GRANT pg_read_all_stats TO magikal", user="postgres").ok()
    return booted


@contextlib.contextmanager
def at_the_gate(host, chain, revision, *edits, under=()):
    """A run whose migration `revision` waits in the middle, as long as the block lasts or until `open_gate`."""
    case = Case(host, chain, gate_in=revision)
    case.use_policy(*edits)
    holder = host.host.start("psql", "--dbname=appdb", "--command", HOLDER, user="postgres")
    try:
        until("the gate is closed", 10, lambda: host.sql(f"SELECT count(*) {HELD}") == "1")
        run = host.host.start(*under, "orchestrate", "apply", "magikal-bot")
        host.wait_for_statement("^UPDATE cfg.gate")
        yield case, run
    finally:
        if host.host.run("systemctl", "is-active", debian.wanted().cluster).code == 0:
            open_gate(host)
        holder.end()


def open_gate(host):
    host.sql(f"SELECT pg_terminate_backend(pid) {HELD}")


def kill_tool(host, run):
    run.send(signal.SIGKILL)


def kill_alembic(host, run):
    host.host.shell("pkill -KILL -f 'alembic.* upgrade'")


def terminate_backend(host, run):
    host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'orchestrate upgrade%'")


def stop_postgres_at_once(host, run):
    host.host.shell(f"pg_ctlcluster {debian.wanted().postgres} main stop -m immediate")


def terminate_tool_twice(host, run):
    run.send(signal.SIGTERM)
    until("the first is answered", 10, lambda: "asked to stop" in read_so_far(run))
    run.send(signal.SIGTERM)


def read_so_far(run) -> str:
    run.seen = getattr(run, "seen", b"") + os.read(run.child.stderr.fileno(), 65536)
    return run.seen.decode()


IN_A_MIGRATION = {
    "SIGKILL in a migration": kill_tool,
    "SIGKILL of alembic in a migration": kill_alembic,
    "its backend is terminated in a migration": terminate_backend,
    "PostgreSQL stops at once in a migration": stop_postgres_at_once,
    "SIGTERM twice in a migration": terminate_tool_twice,
}


@chains
@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("fault", IN_A_MIGRATION)
def test_in_the_middle_of_a_migration(host, table, chain, fault, revision):
    with at_the_gate(host, chain, revision) as (case, run):
        IN_A_MIGRATION[fault](host, run)
        ended = run.wait(60)
    assert ended.code in (1, 5, -9, 137), str(ended)
    host.host.shell(f"systemctl start {debian.wanted().cluster}")
    verdict = judged(table, fault, case, revision)
    nothing_committed = chain is TRANSACTIONAL or (chain is PER_MIGRATION and revision == REVISIONS[0])
    expected = "undone" if nothing_committed else None
    assert expected in (None, verdict)


@chains
def test_asked_to_stop_once_in_a_migration(host, table, chain):
    with at_the_gate(host, chain, REVISIONS[1]) as (case, run):
        run.send(signal.SIGTERM)
        until("it is answered", 10, lambda: "asked to stop" in read_so_far(run))
        open_gate(host)
        assert run.wait(60).code == 0
    assert judged(table, "SIGTERM in a migration", case, "") == "committed"


@chains
@pytest.mark.parametrize("who", ["alembic.* upgrade", "^orchestrate apply"])
def test_stopped_past_the_deadline(host, table, chain, who):
    edit = (r"upgrade: \{ ", "upgrade: { timeout: 2s, ")
    with at_the_gate(host, chain, REVISIONS[1], edit) as (case, run):
        host.host.shell(f"pkill -STOP -f '{who}'")
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.child.wait(timeout=3)
        host.host.run("pkill", "-CONT", "-f", who)
        if run.child.poll() is None:
            os.kill(run.child.pid, signal.SIGCONT)  # nsenter stops with what it waits for
        ended = run.wait(60)
    assert ended.code in (1, 5), str(ended)
    judged(table, "SIGSTOP past the deadline", case, who)


@chains
@pytest.mark.parametrize("revision", REVISIONS)
def test_power_off_in_a_migration(host, table, chain, revision):
    with at_the_gate(host, chain, revision) as (case, run):
        host.host.cut_power()
        run.end()
        host.host.boot()
    until("PostgreSQL answers", 30, lambda: host.host.run("pg_isready").code == 0)
    host.host.shell(f"systemctl start {UNIT}")
    judged(table, "power off in a migration", case, revision)


@pytest.mark.parametrize("step", ["-2d", "+2d"])
def test_a_clock_that_steps_in_a_migration_changes_nothing(host, table, step):
    clock = "/root/clock"
    host.host.write(clock, "+0")
    faked = ("env", "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", f"FAKETIME_TIMESTAMP_FILE={clock}",
             "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1")  # fmt: skip
    with at_the_gate(host, TRANSACTIONAL, REVISIONS[1], under=faked) as (case, run):
        host.host.write(clock, step)
        open_gate(host)
        ended = run.wait(60)
        assert ended.code == 0, str(ended)
    assert judged(table, f"the clock steps by {step}", case, "") == "committed"
