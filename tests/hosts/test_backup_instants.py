"""Killed while a backup is taken, verified, removed or brought back: half a dump counts for nothing, never fewer than the
floor are left, one database is open under the name, and the next command finishes or undoes.

Which instants: ORCHESTRATE_FAULTS=all takes each one; else they are some, evenly spread, for the sake of time.
"""

import json
import os
import re
import signal

import pytest

from administrator import beside, databases, drop_what_is_beside, with_administrator
from magikal import BACKUPS
from test_restore import at_head
from test_retention import KEPT, copy_of
from vps import SHORT_HOLD, TAKE_BACKUP, line_with

ALL = os.environ.get("ORCHESTRATE_FAULTS") == "all"
FEW = 2  # instants of a system call, where not all are taken
RESTORED = (r"verify: intact", "verify: restored")
STATE = "/var/lib/orchestrate/magikal-bot"


@pytest.fixture
def vps(booted):
    with_administrator(booted, SHORT_HOLD)
    return booted


def instants(vps, calls, *words):
    """(call, number): instants of an undisturbed command, each just before that system call."""
    vps.host.run("strace", "-o", "/root/trace", "orchestrate", *words).ok()
    made = re.findall(r"^(\w+)\(", vps.host.path("/root/trace").read_text(), re.MULTILINE)
    for call in calls:
        count = made.count(call)
        steps = count if ALL else min(FEW, count)
        yield from ((call, 1 + step * count // steps) for step in range(steps))


def killed(vps, call, number, *words):
    ended = vps.host.run("strace", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={number}", "orchestrate", *words)
    assert ended.code in (-signal.SIGKILL, 128 + signal.SIGKILL), f"{call} {number}: {ended}"


def dumps(vps):
    return sorted(vps.host.path(BACKUPS).glob("magikal-bot-*.dump"))


def whole(vps):
    """The dumps that count: each has its manifest and is what that tells of."""
    counting = [dump for dump in dumps(vps) if dump.with_name(dump.name + ".json").exists()]
    for dump in counting:
        vps.orchestrate("verify-backup", "magikal-bot", f"{BACKUPS}/{dump.name}").ok()
    return counting


@pytest.mark.parametrize("form", ["custom", "directory"])
def test_half_a_dump_counts_for_nothing(vps, form):
    policy = (SHORT_HOLD, (TAKE_BACKUP[0], f"  - backup: {{ take: {BACKUPS}, format: {form} }}"))
    vps.use_policy(*policy)
    for call, number in list(instants(vps, ("fsync", "renameat2", "clone", "wait4"), "apply", "magikal-bot")):
        vps.reset()
        vps.use_policy(*policy)
        killed(vps, call, number, "apply", "magikal-bot")
        before = len(whole(vps))
        vps.apply().ok()
        assert len(whole(vps)) in (before, before + 1), f"{call} {number}"
        assert vps.revision() == "003_tempvc"
        assert not list(vps.host.path(BACKUPS).glob("*.partial")), f"{call} {number}"


def test_never_fewer_are_left_than_the_policy_keeps(vps):
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    vps.host.shell(f"rm -rf {BACKUPS}/*")
    vps.apply().ok()
    [newest] = dumps(vps)
    vps.use_policy(SHORT_HOLD, KEPT)

    def older():
        for days in range(1, 5):
            copy_of(vps, newest, days)

    older()
    for call, number in list(instants(vps, ("rename", "unlink", "fsync", "unlinkat", "fdatasync"), "expire", "magikal-bot")):
        older()
        killed(vps, call, number, "expire", "magikal-bot")
        assert len(whole(vps)) >= 2, f"{call} {number}"
        vps.orchestrate("expire", "magikal-bot").ok()
        assert len(whole(vps)) == 2, f"{call} {number}"


def test_a_verification_leaves_nothing_that_the_next_one_does_not_remove(vps):
    vps.use_policy(SHORT_HOLD, RESTORED)
    at_head(vps)
    for call, number in list(instants(vps, ("clone", "wait4", "sendto", "unlinkat"), "verify-backup", "magikal-bot")):
        killed(vps, call, number, "verify-backup", "magikal-bot")
        vps.orchestrate("verify-backup", "magikal-bot").ok()
        assert not list(vps.host.path(STATE).glob("scratch-*")), f"{call} {number}"
        assert vps.host.run("pgrep", "-f", "postgres.*scratch-").code == 1, f"{call} {number}"


def test_one_database_is_open_under_the_name_and_the_next_command_finishes_or_undoes(vps):
    at_head(vps)
    words = ("restore", "magikal-bot", vps.host.path(BACKUPS).glob("appdb-2*.dump").__next__().name)
    all_instants = list(instants(vps, ("sendto", "clone", "fdatasync", "fsync", "sendmsg"), *words, "--confirm", "appdb"))
    for call, number in all_instants:
        drop_what_is_beside(vps)
        vps.sql("DELETE FROM cfg.panels WHERE id > 10")
        killed(vps, call, number, *words, "--confirm", "appdb")
        rows = vps.sql("SELECT count(*) FROM cfg.panels") if is_open(vps) else "closed"
        assert len([name for name in databases(vps) if name == "appdb"]) == 1
        for other in beside(vps):
            is_new = "_new_" in other
            closed = vps.sql(f"SELECT NOT datallowconn FROM pg_database WHERE datname = '{other}'", "postgres") == "t"
            assert is_new or closed, f"{call} {number}: {other} is open"
        run = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]["run"]
        ended = vps.orchestrate("resume", run)
        # It went on, or it was undone and is to be begun anew.
        assert ended.code in (0, 2), f"{call} {number}: {ended}"
        now = vps.sql("SELECT count(*) FROM cfg.panels")
        assert now == ("50" if rows == "50" else "10") or rows == "closed", f"{call} {number}: {rows} became {now}"
        assert vps.unit("ActiveState")["ActiveState"] == "active", f"{call} {number}"
        assert not [name for name in beside(vps) if "_new_" in name], f"{call} {number}"
        if now == "10":
            line_with(vps.orchestrate(*words), "whatever was written since")


def is_open(vps):
    return vps.sql("SELECT datallowconn FROM pg_database WHERE datname = 'appdb'", "postgres") == "t"
