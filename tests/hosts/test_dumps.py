"""Dumps that prove nothing: each is refused by name before anything is touched."""

import contextlib

import pytest

from magikal import BACKUPS
from vps import SHORT_HOLD, TAKE_BACKUP, refused

DUMP = f"{BACKUPS}/appdb-$(date +%F).dump"
# Rows stand at a dump's end; in the table of contents before them a flip may go unnoticed without a hash from its birth.
FLIP = "perl -0777 -pi -e 'substr($_, -60, 1) ^= \"\\x40\"'"
LOG = f"{BACKUPS}/magikal-db-dump.log"


@pytest.mark.parametrize(
    "spoil, says",
    [
        pytest.param(f"rm {DUMP}", ["appdb-", "is missing"], id="missing"),
        pytest.param(f": >{DUMP}", ["empty", "0 bytes"], id="empty"),
        pytest.param(f"truncate --size=-200 {DUMP}", ["damaged"], id="truncated"),
        pytest.param(f"{FLIP} {DUMP}", ["damaged"], id="one byte of its rows flipped"),
        pytest.param(f"touch --date='+2 hours' {DUMP}", ["future"], id="from the future"),
        pytest.param(f"touch --date='-30 hours' {DUMP}", ["old", "max_age"], id="too old"),
        pytest.param(
            f"mv {DUMP} {BACKUPS}/appdb-$(date --date=yesterday +%F).dump; touch --date='-30 hours' {BACKUPS}/*.dump",
            ["appdb-"], id="yesterday's",
        ),
        pytest.param(f"sed -i /complete/d {LOG}", ["backup complete"], id="log not complete"),
        pytest.param(f"rm {LOG}", ["magikal-db-dump.log"], id="no log"),
        pytest.param(f"echo hello >{DUMP}", ["dump"], id="no dump at all"),
    ],
)  # fmt: skip
def test_a_dump_is_refused_when(vps, spoil, says):
    vps.host.shell(spoil)
    refused(vps, vps.snapshot(), 1, *says)


def test_a_dump_that_is_still_being_written_is_refused(vps):
    with contextlib.closing(Writer(vps)):
        refused(vps, vps.snapshot(), 1, "being written")


def test_a_full_disk_below_our_own_dump_loses_nothing(vps):
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    vps.host.shell(f"mount -t tmpfs -o size=8k,uid=magikalbot,gid=magikalbot,mode=750 tmpfs {BACKUPS}")
    try:
        refused(vps, vps.snapshot(), 1, "free")
    finally:
        vps.host.shell(f"umount {BACKUPS}")


class Writer:
    """A backup job that has today's dump open for writing."""

    def __init__(self, vps):
        self.job = vps.host.start("bash", "-c", f"exec 3>>{DUMP}; echo; exec sleep 60", user="magikalbot")
        assert self.job.child.stdout.read(1) == b"\n"

    def close(self) -> None:
        self.job.child.stdout.close()
        self.job.end()
