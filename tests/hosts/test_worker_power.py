"""The host loses its power in each stage of a worker's run: after the boot the run comes to its end without a person."""

import json
import re

import pytest

import worker
from host import until
from judge import AUTOCOMMIT, REVISIONS, TRANSACTIONAL, Case, judged, kept_table
from project import boot

STAGES = ("preflight", "backup", "review", "restore_point", "upgrade", "post_check", "restart", "journal", "committed")


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture(scope="module")
def table():
    yield from kept_table("fault-table-worker.txt")


@pytest.fixture(scope="module")
def syncs(booted):
    """By stage: which sync of the ledger makes its beginning durable; and the first after the upgrade has committed."""
    Case(booted, TRANSACTIONAL)
    drop_in, trace = worker.traced(booted, "-e", "trace=fdatasync,sendmsg")
    booted.apply().ok()
    drop_in.unlink()
    count, found, written = 0, {}, 0
    for line in trace.read_text().splitlines():
        count += line.startswith("fdatasync(")
        if began := re.search(r"stage-started: (\w+)", line):
            found.setdefault(began.group(1), count)
        if "stage-finished: upgrade" in line:
            found["committed"] = written + 1  # the first of those that put down that the upgrade is done
        if re.search(r"(stage|fact)-\w+: ", line):
            written = count
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_power_off_in_a_stage(booted, table, syncs, stage):
    case = Case(booted, TRANSACTIONAL)
    drop_in, trace = worker.traced(booted, "-e", f"inject=fdatasync:signal=STOP:when={syncs[stage]}")
    client = booted.start_apply()
    until("the worker stands still", 60, lambda: trace.exists() and "stopped by SIGSTOP" in trace.read_text())
    drop_in.unlink()
    if stage == "committed":
        assert booted.revision() == REVISIONS[-1]
    result, shown = after_a_power_cut(booted, client)
    assert result in ("succeeded", "failed-unchanged"), f"a person was needed: {shown}"
    assert (result == "succeeded") == (stage in ("committed", "post_check", "restart", "journal")), shown
    judged(table, "power off in a stage of a worker", case, stage)


@pytest.mark.parametrize("chain", [TRANSACTIONAL, AUTOCOMMIT], ids=lambda chain: chain.name)
def test_power_off_in_a_migration(booted, table, chain):
    case = Case(booted, chain, gate_in=REVISIONS[1])
    booted.sql("GRANT pg_read_all_stats TO magikal")
    booted.approve_all()
    holder = booted.host.start("psql", "--dbname=appdb", "--command", worker.HOLDER, user="postgres")
    until("the gate is closed", 10, lambda: booted.sql(f"SELECT count(*) {worker.HELD}") == "1")
    client = booted.start_apply()
    booted.wait_for_statement("^UPDATE cfg.gate")
    result, shown = after_a_power_cut(booted, client)
    holder.end()
    assert result == ("held" if chain is AUTOCOMMIT else "failed-unchanged"), shown
    judged(table, "power off in a migration of a worker", case, REVISIONS[1])


def after_a_power_cut(vps, client):
    """The result to which the run comes by itself, and how it is shown."""
    vps.host.cut_power()
    client.end()
    vps.host.boot()
    until("the run has come to its end", 90, lambda: newest(vps)["finished"])
    ended = newest(vps)
    return ended["finished"]["result"], vps.orchestrate("show", ended["run"]).out


def newest(vps):
    ended = vps.orchestrate("history", "magikal-bot", "--json")
    return json.loads(ended.ok())["runs"][0]
