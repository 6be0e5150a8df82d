"""Killed anywhere: every way in which a run may die, at every instant that can be named and at some that cannot.

Which instants: ORCHESTRATE_FAULTS=all takes each one; else they are some, evenly spread, for the sake of time.
"""

import contextlib
import os
import random
import re
import signal
import subprocess
from collections import Counter

import pytest

import debian
from host import until
from judge import CHAINS, GROUPS, REVISIONS, TRANSACTIONAL, Case, Table
from magikal import UNIT

ALL = os.environ.get("ORCHESTRATE_FAULTS") == "all"
FEW = 4  # instants of a kind and chain, where not all are taken
RANDOM = 40 if ALL else 6
# Where a process can be told from what it does next: each of its system calls of these kinds is an instant.
KILLED_AT = {
    "SIGKILL before a write of the ledger is durable": "fdatasync",
    "SIGKILL before a dump or a directory is durable": "fsync",
    "SIGKILL before a child is started": "clone,vfork",
    "SIGKILL before a child's end is known": "wait4",
    "SIGKILL before a word to PID 1": "sendmsg",
    "SIGKILL before a file gets its name or goes": "renameat2,unlink,unlinkat",
}
FAILED_AT = {
    "ENOSPC on a write of the ledger": ("pwrite64", "ENOSPC"),
    "EIO on a write of the ledger": ("pwrite64", "EIO"),
    "EIO on a sync of the ledger": ("fdatasync", "EIO"),
    "ENOSPC on a sync of a dump or a directory": ("fsync", "ENOSPC"),
}
HOLDER = "UPDATE cfg.gate SET passed = false; SELECT pg_sleep(4711)"  # one transaction, which is neither old nor idle
HELD = "FROM pg_stat_activity WHERE usename = 'postgres' AND wait_event = 'PgSleep'"

chains = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)


@pytest.fixture(scope="module")
def table():
    table = Table()
    yield table
    table.keep("fault-table-all.txt" if ALL else "fault-table.txt")


@pytest.fixture(scope="module")
def host(booted):
    """Preflight must see how old the transaction is that closes the gate."""
    booted.host.run("psql", "--quiet", "--command", "GRANT pg_read_all_stats TO magikal", user="postgres").ok()
    return booted


@pytest.fixture(scope="module")
def calls(host):
    """How many system calls of a kind one undisturbed run makes, by chain."""
    counts = {}
    for chain in CHAINS:
        Case(host, chain)
        host.host.run("strace", "-o", "/root/trace", "orchestrate", "apply", "magikal-bot").ok()
        trace = host.host.path("/root/trace").read_text()
        counts[chain] = Counter(re.findall(r"^(\w+)\(", trace, re.MULTILINE))
    return counts


def instants(count: int) -> list[int]:
    if ALL or count <= FEW:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / (FEW - 1)) for step in range(FEW)})


def apply_with(host, injection: str):
    return host.host.run("strace", "-o", "/dev/null", "-e", f"inject={injection}", "orchestrate", "apply", "magikal-bot")


@chains
@pytest.mark.parametrize("fault", KILLED_AT)
def test_killed_at_an_instant(host, table, calls, chain, fault):
    for call in KILLED_AT[fault].split(","):
        for number in instants(calls[chain][call]):
            case = Case(host, chain)
            ended = apply_with(host, f"{call}:signal=KILL:when={number}")
            assert ended.code in (-signal.SIGKILL, 128 + signal.SIGKILL), f"{call} {number}: {ended}"
            judged(table, fault, case, f"{call} {number}")


@chains
@pytest.mark.parametrize("fault", FAILED_AT)
def test_a_disk_that_fails_from_an_instant_on(host, table, calls, chain, fault):
    call, error = FAILED_AT[fault]
    for number in instants(calls[chain][call])[: None if ALL else 3]:
        case = Case(host, chain)
        ended = apply_with(host, f"{call}:error={error}:when={number}+")
        assert ended.code >= 0, f"{call} {number}: {ended}"
        judged(table, fault, case, f"{call} {number}")


@chains
def test_killed_at_a_random_instant(host, table, chain):
    seed = f"{chain.name} 1"
    for number, part in enumerate(random.Random(seed).random() for _ in range(RANDOM)):
        case = Case(host, chain)
        run = host.start_apply()
        run.pid()
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.child.wait(timeout=part * 2)  # a run takes about one second here, and as long again with others beside it
        run.end()
        judged(table, "SIGKILL at a random instant", case, f"{seed}: {number}")


def judged(table, fault: str, case: Case, where: str) -> str:
    try:
        verdict = case.verdict()
    except AssertionError as error:
        raise AssertionError(f"{fault}, {case.chain.name}, {where}: {error}") from error
    assert verdict in GROUPS
    table.add(fault, case.chain, verdict)
    return verdict


# ---- in the middle of a migration ----


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
    unjudged = fault == "PostgreSQL stops at once in a migration"  # it did not answer when the run asked what was left
    expected = "undone" if chain is TRANSACTIONAL and not unjudged else None
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
