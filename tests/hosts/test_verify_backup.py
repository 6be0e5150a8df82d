"""The nightly look at the newest backup: silent when it is good, one line when it is not, by hand, by timer and by cron."""

import json
import signal

import pytest

import worker
from host import until
from magikal import BACKUPS
from project import boot
from vps import TAKE_BACKUP, line_with
from worker import property_of

VERIFY, FAILED = "orchestrate-verify@magikal-bot.service", "orchestrate-verify-failed@magikal-bot.service"
QUIET = ("verify-backup", "magikal-bot", "--quiet")


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


def cut_off(vps):
    [dump] = vps.host.path(BACKUPS).glob("*.dump")
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) // 2])
    return dump.name


def flip_a_byte(vps):
    [dump] = vps.host.path(BACKUPS).glob("*.dump")
    whole = bytearray(dump.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    dump.write_bytes(whole)


def entries(vps):
    """What the journal's copy of the ledger says."""
    asked = ("journalctl", "--quiet", "--output=cat", "ORCHESTRATE_EVENT=backup-verified")
    return vps.host.run(*asked).ok().splitlines()


def test_of_a_good_backup_cron_hears_nothing(vps):
    before, known = vps.snapshot(), len(entries(vps))
    ended = vps.orchestrate(*QUIET)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert vps.snapshot() == before
    [entry] = entries(vps)[known:]
    assert "backup good: appdb-" in entry


def test_of_a_bad_backup_it_hears_one_line(vps):
    name = cut_off(vps)
    ended = vps.orchestrate(*QUIET)
    assert (ended.code, ended.out) == (1, "")
    [line] = ended.err.splitlines()
    assert line.startswith(f"magikal-bot: backup not good: {name}: ")
    assert "backup not good" in entries(vps)[-1]


def test_cron_itself_runs_the_line(vps):
    known = len(entries(vps))
    vps.host.write("/etc/cron.d/verify", "* * * * * root orchestrate verify-backup magikal-bot --quiet\n")
    vps.host.run("systemctl", "restart", "cron").ok()
    try:
        until("cron ran it", 90, lambda: len(entries(vps)) > known)
    finally:
        vps.host.run("rm", "/etc/cron.d/verify")
    assert "backup good: appdb-" in entries(vps)[-1]


def test_without_a_backup_it_says_what_to_do(vps):
    vps.host.shell(f"rm {BACKUPS}/*.dump")
    ended = vps.orchestrate(*QUIET)
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1


def test_json_holds_the_proof(vps):
    shown = json.loads(vps.orchestrate("verify-backup", "magikal-bot", "--json").ok())
    assert shown["good"] is True
    assert shown["proof"]["path"].startswith(BACKUPS)


def test_of_dumps_that_we_take_it_verifies_the_newest_by_its_manifest(vps):
    vps.use_policy(TAKE_BACKUP)
    vps.host.shell(f"rm {BACKUPS}/*.dump")
    none = vps.orchestrate(*QUIET)
    assert none.code == 1 and "no dump of appdb" in none.err, str(none)
    assert vps.apply().code == 0
    assert vps.orchestrate(*QUIET).code == 0
    flip_a_byte(vps)
    assert vps.orchestrate(*QUIET).code == 1


RESTORED = (TAKE_BACKUP[0], f"  - backup: {{ take: {BACKUPS}, verify: restored }}")


def leftovers(vps):
    return vps.host.shell(f"ls -d {worker.state_of(vps)}/scratch-* 2>/dev/null || true")


def test_a_dump_is_restored_and_counted_by_a_worker_and_at_night(vps):
    """In the sandboxes of both units; nothing of the throw-away server is left."""
    vps.use_policy(RESTORED)
    vps.host.shell(f"rm {BACKUPS}/*.dump")
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "backup", "restored in", "tables", "rows")
    line_with(ended, worker.worker_of(vps))
    vps.host.run("systemctl", "start", VERIFY).ok()
    assert "restored in" in entries(vps)[-1]
    assert leftovers(vps) == ""
    [listed] = json.loads(vps.orchestrate("backups", "magikal-bot", "--json").ok())["backups"]
    assert (listed["level"], listed["revisions"], listed["trouble"]) == ("restored", ["002_panels"], "")
    line_with(vps.orchestrate("backups", "magikal-bot", user="magikalbot"), "magikal-bot-", "restored  at 002_panels, by run")
    cut_off(vps)
    line_with(vps.orchestrate("backups", "magikal-bot"), "none", "its size is not what its manifest says")


# An index whose rows take two seconds in the throw-away server, and no time in production.
SLOW_THERE = """CREATE TABLE cfg.slow (id int); INSERT INTO cfg.slow VALUES (1);
CREATE FUNCTION cfg.wait(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  IF current_database() = 'restored' THEN PERFORM pg_sleep(2); END IF; RETURN $1; END $$;
CREATE INDEX ix_slow ON cfg.slow (cfg.wait(id));
ALTER TABLE cfg.slow OWNER TO magikal; ALTER FUNCTION cfg.wait OWNER TO magikal"""


def test_what_a_killed_verification_leaves_the_next_one_removes(vps):
    vps.use_policy(RESTORED)
    vps.sql(SLOW_THERE)
    assert vps.apply().code == 0
    started = vps.host.start("orchestrate", *QUIET)
    until("the throw-away server is there", 30, lambda: leftovers(vps) != "")
    started.send(signal.SIGKILL)
    started.wait(10)
    until("its server died with it", 10, lambda: vps.host.run("pgrep", "-f", "scratch-").code != 0)
    assert leftovers(vps) != ""
    assert vps.orchestrate(*QUIET).code == 0
    assert leftovers(vps) == ""


def test_what_a_power_cut_leaves_of_a_verification_the_next_one_removes(vps):
    vps.use_policy(RESTORED)
    vps.sql(SLOW_THERE)
    assert vps.apply().code == 0
    vps.host.run("systemctl", "start", "--no-block", VERIFY).ok()
    until("the throw-away server is there", 30, lambda: leftovers(vps) != "")
    vps.host.cut_power()
    vps.host.boot()
    assert leftovers(vps) != ""
    vps.host.run("systemctl", "start", VERIFY).ok()
    assert leftovers(vps) == ""
    [listed] = json.loads(vps.orchestrate("backups", "magikal-bot", "--json").ok())["backups"]
    assert (listed["level"], listed["trouble"]) == ("restored", "")


BULKY = """CREATE UNLOGGED TABLE cfg.bulky (filling text); ALTER TABLE cfg.bulky OWNER TO magikal;
ALTER TABLE cfg.bulky ALTER filling SET STORAGE EXTERNAL;
INSERT INTO cfg.bulky SELECT repeat('x', 1000000) FROM generate_series(1, 1300)"""


@pytest.fixture
def small_state(vps):
    """The directory of the throw-away server is on a disk that cannot hold what the dump unpacks to."""
    state = worker.state_of(vps)
    vps.host.shell(f"mount -t tmpfs -o size=1150m,mode=2750,uid=$(id -u magikalbot),gid=$(getent group orchestrate | cut -d: -f3) tmpfs {state}")
    yield state
    vps.host.shell(f"umount {state}")


def test_a_full_disk_says_nothing_about_the_dump(vps, small_state):
    """A dump of which nobody knows how large it gets: cron made it, and its largest table is gone since."""
    vps.sql(BULKY)
    vps.host.shell(f"rm {BACKUPS}/*.dump; /usr/local/bin/magikal-db-dump", user="magikalbot")
    vps.sql("DROP TABLE cfg.bulky")
    vps.use_policy((r"verify: intact", "verify: restored"))
    before = vps.snapshot()
    ended = vps.orchestrate("verify-backup", "magikal-bot")
    assert ended.code == 1, str(ended)
    line_with(ended, "No space left on device", "make room")
    assert "not good" not in ended.out + ended.err and "cannot be restored" not in ended.out + ended.err, str(ended)
    assert leftovers(vps) == ""
    assert vps.snapshot() == before
    refused = vps.apply("--local")
    assert refused.code == 1, str(refused)
    line_with(refused, "FAIL", "backup", "No space left on device")
    assert vps.revision() == "002_panels" and leftovers(vps) == ""


def test_the_applications_user_may(vps):
    assert vps.orchestrate(*QUIET, user="magikalbot").code == 0


def test_a_run_under_way_is_no_obstacle(vps):
    with worker.in_the_migration(vps) as run:
        assert vps.orchestrate(*QUIET).code == 0
    assert run.wait(60).code == 0


def test_the_timers_service_is_silent_or_wakes_somebody(vps):
    vps.host.run("systemctl", "start", VERIFY).ok()
    assert property_of(vps, FAILED, "ExecMainStartTimestamp") == ""
    cut_off(vps)
    assert vps.host.run("systemctl", "start", VERIFY).code != 0
    said = ("journalctl", "--quiet", "--output=cat", "--priority=alert", "--identifier=orchestrate")
    until("somebody was told", 10, lambda: "the newest backup is not good" in vps.host.run(*said).ok())


def test_the_timer_is_due_every_night_and_makes_up_for_a_missed_one(vps):
    vps.host.run("systemctl", "enable", "--now", "orchestrate-verify@magikal-bot.timer").ok()
    timer = "orchestrate-verify@magikal-bot.timer"
    assert property_of(vps, timer, "Persistent") == "yes"
    assert "03:" in property_of(vps, timer, "NextElapseUSecRealtime")
    vps.host.run("systemctl", "disable", "--now", timer).ok()
