"""What has to be on the disk before what: by the system calls of one real run, as the kernel saw them."""

import re
from dataclasses import dataclass

import pytest

from magikal import BACKUPS
from vps import NO_HOLD, TAKE_BACKUP

LEDGER = "/var/lib/orchestrate/magikal-bot/ledger.sqlite"
CALLS = "execve,pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat"
# What a stage starts first.
FIRST_PROGRAMS = {"backup": r"pg_dump", "review": r"python", "restore_point": r"git", "upgrade": r"alembic"}


@dataclass
class Call:
    """From its line of the trace: where it began and where it returned, counted in lines."""

    name: str
    arguments: str
    result: str
    began: int
    returned: int

    def is_write_to(self, path: str) -> bool:
        return self.name in ("write", "pwrite64") and f"<{path}>" in self.arguments.partition(",")[0]

    def is_sync_of(self, path: str) -> bool:
        return self.name in ("fsync", "fdatasync") and f"<{path}>" in self.arguments and self.result == "0"


def calls_of(trace: str) -> list[Call]:
    """strace cuts a call in two where another thread or process comes between."""
    calls, open_calls = [], {}
    for number, line in enumerate(trace.splitlines()):
        pid, _, rest = line.partition(" ")
        rest = rest.strip()
        if cut := re.match(r"(\w+)\((.*) <unfinished \.\.\.>$", rest, re.DOTALL):
            open_calls[pid] = (*cut.groups(), number)
        elif (end := re.match(r"<\.\.\. \w+ resumed>(.*)\) += (\S+)", rest, re.DOTALL)) and pid in open_calls:
            name, arguments, began = open_calls.pop(pid)
            calls.append(Call(name, arguments + end[1], end[2], began, number))
        elif whole := re.match(r"(\w+)\((.*)\) += (\S+)", rest, re.DOTALL):
            calls.append(Call(whole[1], whole[2], whole[3], number, number))
    return sorted(calls, key=lambda call: call.began)


@pytest.fixture(scope="module")
def calls(booted):
    booted.reset()
    booted.use_policy(NO_HOLD, TAKE_BACKUP)
    strace = ("strace", "-f", "-y", "-s", "8192", "-o", "/root/trace", "-e", f"trace={CALLS}", "-e", "signal=none")
    booted.host.run(*strace, "orchestrate", "apply", "magikal-bot").ok()
    return calls_of(booted.host.path("/root/trace").read_text(errors="replace"))


@pytest.mark.parametrize("stage", FIRST_PROGRAMS)
def test_that_a_stage_began_is_on_the_disk_before_its_first_program_starts(calls, stage):
    said = next(call for call in calls if call.is_write_to(LEDGER) and rf'{{\"stage\":\"{stage}\"}}' in call.arguments)
    synced = next(call for call in calls if call.is_sync_of(LEDGER) and call.began > said.returned)
    program = FIRST_PROGRAMS[stage]
    later = [call for call in calls if call.name == "execve" and call.began > said.began]
    first = next(call for call in later if re.search(program, call.arguments))
    assert synced.returned < first.began, f"{stage}: {first}"


def test_no_program_starts_while_a_word_of_the_ledger_is_not_on_the_disk(calls):
    programs = [call for call in calls if call.name == "execve" and call.result == "0"][1:]  # after ourselves
    assert len(programs) > 20
    for program in programs:
        last = [call for call in calls if call.is_write_to(LEDGER) and call.began < program.began][-1]
        assert [
            call for call in calls if call.is_sync_of(LEDGER) and last.returned < call.began and call.returned < program.began
        ], f"{last} is not synced before {program}"


def test_what_gets_its_name_is_on_the_disk_before_and_its_name_at_once_after(calls):
    """The dump and its manifest."""
    names = [call for call in calls if call.name.startswith(("rename", "link")) and BACKUPS in call.arguments]
    assert len(names) == 2, names
    for call in names:
        assert call.result == "0", call
        old, new = re.findall(r'"([^"]+)"', call.arguments)
        last_write = [one for one in calls if one.is_write_to(old)][-1]
        assert [
            one for one in calls if one.is_sync_of(old) and last_write.returned < one.began and one.returned < call.began
        ], f"{old} is not synced before it becomes {new}"
        directory = next(one for one in calls if one.is_sync_of(BACKUPS) and one.began > call.returned)
        told = next(
            one
            for one in calls
            if one.is_write_to(LEDGER) and one.began > call.returned and "backup.intact" in one.arguments
        )
        assert directory.returned < told.began, f"the ledger knows of {new} before its directory does"
