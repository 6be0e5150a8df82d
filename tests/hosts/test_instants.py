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

from judge import CHAINS, Case, judged, kept_table

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

chains = pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)


@pytest.fixture(scope="module")
def table():
    yield from kept_table("fault-table-instants.txt")


@pytest.fixture(scope="module")
def calls(booted):
    """How many system calls of a kind one undisturbed run makes, by chain."""
    counts = {}
    for chain in CHAINS:
        Case(booted, chain)
        booted.host.run("strace", "-o", "/root/trace", "orchestrate", "apply", "magikal-bot").ok()
        trace = booted.host.path("/root/trace").read_text()
        counts[chain] = Counter(re.findall(r"^(\w+)\(", trace, re.MULTILINE))
    return counts


def instants(count: int) -> list[int]:
    if ALL or count <= FEW:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / (FEW - 1)) for step in range(FEW)})


def apply_with(booted, injection: str):
    return booted.host.run("strace", "-o", "/dev/null", "-e", f"inject={injection}", "orchestrate", "apply", "magikal-bot")


@chains
@pytest.mark.parametrize("fault", KILLED_AT)
def test_killed_at_an_instant(booted, table, calls, chain, fault):
    for call in KILLED_AT[fault].split(","):
        for number in instants(calls[chain][call]):
            case = Case(booted, chain)
            ended = apply_with(booted, f"{call}:signal=KILL:when={number}")
            assert ended.code in (-signal.SIGKILL, 128 + signal.SIGKILL), f"{call} {number}: {ended}"
            judged(table, fault, case, f"{call} {number}")


@chains
@pytest.mark.parametrize("fault", FAILED_AT)
def test_a_disk_that_fails_from_an_instant_on(booted, table, calls, chain, fault):
    call, error = FAILED_AT[fault]
    for number in instants(calls[chain][call])[: None if ALL else 3]:
        case = Case(booted, chain)
        ended = apply_with(booted, f"{call}:error={error}:when={number}+")
        assert ended.code >= 0, f"{call} {number}: {ended}"
        judged(table, fault, case, f"{call} {number}")


@chains
def test_killed_at_a_random_instant(booted, table, chain):
    seed = f"{chain.name} 1"
    Case(booted, chain)
    undisturbed = booted.apply()
    assert undisturbed.code == 0, str(undisturbed)
    dice = random.Random(seed)
    for number in range(RANDOM):
        part = dice.random()
        case = Case(booted, chain)
        run = booted.start_apply()
        run.pid()
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.child.wait(timeout=part * undisturbed.seconds)
        run.end()
        judged(table, "SIGKILL at a random instant", case, f"{seed}: {number}")
