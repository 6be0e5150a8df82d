"""The host loses its power in each stage of a worker's run: after the boot the run comes to its end without a person."""

import json
import re

import pytest

import worker
from host import until
from judge import TRANSACTIONAL, Case, judged, kept_table
from project import boot

STAGES = ("preflight", "backup", "review", "restore_point", "upgrade", "post_check", "restart", "journal")
TRACE = "/var/lib/orchestrate/magikal-bot/trace"


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture(scope="module")
def table():
    yield from kept_table("fault-table-worker.txt")


def traced(vps, *options):
    """The worker runs under strace from now on."""
    drop_in = f"/etc/systemd/system/{worker.worker_of(vps)}.d/20-traced.conf"
    words = f"/usr/bin/strace -o {TRACE} -s 300 {' '.join(options)} /usr/bin/orchestrate worker %i"
    vps.host.write(drop_in, f"[Service]\nNotifyAccess=all\nSystemCallFilter=\nExecStart=\nExecStart={words}\n")
    vps.host.shell("systemctl daemon-reload")
    return vps.host.path(drop_in)


@pytest.fixture(scope="module")
def syncs(booted):
    """By stage: which sync of the ledger makes its beginning durable."""
    Case(booted, TRANSACTIONAL)
    drop_in = traced(booted, "-e", "trace=fdatasync,sendmsg")
    booted.apply().ok()
    drop_in.unlink()
    count, found = 0, {}
    for line in booted.host.path(TRACE).read_text().splitlines():
        count += line.startswith("fdatasync(")
        if began := re.search(r"stage-started: (\w+)", line):
            found.setdefault(began.group(1), count)
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_power_off_in_a_stage(booted, table, syncs, stage):
    case = Case(booted, TRANSACTIONAL)
    drop_in = traced(booted, "-e", f"inject=fdatasync:signal=STOP:when={syncs[stage]}")
    client = booted.start_apply()
    trace = booted.host.path(TRACE)
    until("the worker stands still", 60, lambda: trace.exists() and "stopped by SIGSTOP" in trace.read_text())
    drop_in.unlink()
    booted.host.cut_power()
    client.end()
    booted.host.boot()
    until("the run has come to its end", 90, lambda: newest(booted)["finished"])
    ended = newest(booted)
    shown = booted.orchestrate("show", ended["run"]).out
    assert ended["finished"]["result"] in ("succeeded", "failed-unchanged"), f"a person was needed: {shown}"
    judged(table, "power off in a stage of a worker", case, stage)


def newest(vps):
    ended = vps.orchestrate("history", "magikal-bot", "--json")
    return json.loads(ended.ok())["runs"][0]
