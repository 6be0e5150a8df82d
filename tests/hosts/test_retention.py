"""What becomes of dumps: they are looked at again and again, expire by the policy, and only what is proven counts."""

import hashlib
import json
import time

import pytest

import worker
from host import until
from magikal import BACKUPS
from project import boot
from vps import TAKE_BACKUP, line_with

KEPT = (TAKE_BACKUP[0], f"  - backup: {{ take: {BACKUPS}, keep: 2 }}")
METRICS = "/var/lib/node-exporter"


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture
def deployed(vps):
    """After a deploy with a dump before it, and dumps of the three days before that."""
    vps.use_policy(TAKE_BACKUP)
    vps.host.shell(f"rm -f {BACKUPS}/*")
    assert vps.apply().code == 0
    vps.use_policy(KEPT)
    [newest] = vps.host.path(BACKUPS).glob("*.dump")
    for days in (1, 2, 3):
        copy_of(vps, newest, days)
    return vps


def copy_of(vps, dump, days):
    """A dump of so many days ago; that is in its manifest, which vouches for itself."""
    name = f"magikal-bot-{days}-days.dump"
    then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))
    manifest = json.loads(dump.with_name(dump.name + ".json").read_text())
    del manifest["manifest_sha256"]
    manifest |= {"started_at": then, "finished_at": then, "file": name}
    text = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
    manifest["manifest_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    dump.with_name(name).write_bytes(dump.read_bytes())
    dump.with_name(name + ".json").write_text(json.dumps(manifest))
    vps.host.shell(f"chown magikalbot: {BACKUPS}/{name}*; chmod 0600 {BACKUPS}/{name}*")


def flip_a_byte(vps, name):
    dump = vps.host.path(f"{BACKUPS}/{name}")
    whole = bytearray(dump.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    dump.write_bytes(whole)


def days_left(vps):
    return sorted(dump.name[12:18] for dump in vps.host.path(BACKUPS).glob("*-days.dump"))


def fates(vps, *options):
    """{"1-days": "keep"}"""
    shown = json.loads(vps.orchestrate("expire", "magikal-bot", "--json", *options).ok())["backups"]
    return {name[12:18]: backup["fate"] for backup in shown if (name := backup["path"].split("/")[-1]).endswith("-days.dump")}


def entries(vps, event):
    return vps.host.run("journalctl", "--quiet", "--output=cat", f"ORCHESTRATE_EVENT={event}").ok().splitlines()


def listed(vps):
    backups = json.loads(vps.orchestrate("backups", "magikal-bot", "--json").ok())["backups"]
    return {backup["path"].split("/")[-1]: backup for backup in backups}


def run_of(vps):
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]["run"]


def test_what_the_policy_no_longer_keeps_is_shown_and_removed_with_an_entry(deployed):
    assert fates(deployed, "--dry-run") == {"1-days": "keep", "2-days": "remove", "3-days": "remove"}
    assert days_left(deployed) == ["1-days", "2-days", "3-days"]
    known = len(entries(deployed, "backup-expired"))
    line_with(deployed.orchestrate("expire", "magikal-bot"), "keep", "it is the newest")
    assert days_left(deployed) == ["1-days"]
    assert not [path for path in deployed.host.path(BACKUPS).glob("*2-days*")]
    assert len(entries(deployed, "backup-expired")) == known + 2
    assert fates(deployed) == {"1-days": "keep"}


def test_a_run_expires_once_its_new_dump_is_proven(deployed):
    deployed.pending("op.execute('CREATE TABLE cfg.more (id int)')", "004_more", "003_tempvc")
    ended = deployed.apply_approving()
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "backup", "taken now", "3 older expired")
    assert days_left(deployed) == []
    assert len(listed(deployed)) == 2


def test_while_a_dump_is_damaged_nothing_expires(deployed):
    flip_a_byte(deployed, "magikal-bot-3-days.dump")
    ended = deployed.orchestrate("verify-backup", "magikal-bot", "--all", "--quiet")
    assert ended.code == 1
    [line] = ended.err.splitlines()
    assert "backup not good: magikal-bot-3-days.dump: " in line
    assert listed(deployed)["magikal-bot-3-days.dump"]["trouble"].startswith("its verification failed: ")
    assert set(fates(deployed).values()) == {"keep"}
    line_with(deployed.orchestrate("expire", "magikal-bot"), "keep", "2-days", "3-days.dump is damaged")
    flip_a_byte(deployed, "magikal-bot-3-days.dump")  # as it was
    assert deployed.orchestrate("verify-backup", "magikal-bot", "magikal-bot-3-days.dump").code == 0
    assert fates(deployed) == {"1-days": "keep", "2-days": "remove", "3-days": "remove"}


def test_dumps_of_another_job_beside_ours_are_left_alone(deployed):
    """A pipeline may have both: cron's dump is looked at, ours is taken and expires."""
    theirs = "  - backup:\n      name: cron\n      check: /home/magikalbot/other/appdb-{date}.dump\n"
    deployed.use_policy((KEPT[0], theirs + KEPT[1]))
    assert fates(deployed) == {"1-days": "keep", "2-days": "remove", "3-days": "remove"}
    assert days_left(deployed) == ["1-days"]


@pytest.mark.parametrize("step", [1, 2])
def test_after_a_power_cut_in_between_what_the_policy_keeps_is_whole_and_the_next_one_removes_the_rest(deployed, step):
    """Just after one of the two files of a dump was removed."""
    stopped = ("strace", "-o", "/root/trace", "-e", f"inject=unlink,unlinkat:signal=STOP:when={step}")
    client = deployed.host.start(*stopped, "orchestrate", "expire", "magikal-bot")
    trace = deployed.host.path("/root/trace")
    until("it stands still", 30, lambda: trace.exists() and "stopped by SIGSTOP" in trace.read_text())
    deployed.host.cut_power()
    client.end()
    trace.unlink()
    deployed.host.boot()
    assert deployed.orchestrate("verify-backup", "magikal-bot").code == 0
    assert days_left(deployed)[0] == "1-days"
    assert deployed.orchestrate("verify-backup", "magikal-bot", "magikal-bot-1-days.dump").code == 0
    deployed.orchestrate("expire", "magikal-bot").ok()
    assert days_left(deployed) == ["1-days"]
    assert not [path for path in deployed.host.path(BACKUPS).iterdir() if "2-days" in path.name or "3-days" in path.name]


def test_the_proof_that_is_the_oldest_is_renewed(deployed):
    assert deployed.orchestrate("verify-backup", "magikal-bot", "--rotate", "--quiet", "--level", "restored").code == 0
    levels = {name: backup["level"] for name, backup in listed(deployed).items() if "-days" in name}
    assert levels["magikal-bot-3-days.dump"] == "restored", "it was proven when it was taken, which is longest ago"
    assert levels["magikal-bot-1-days.dump"] == levels["magikal-bot-2-days.dump"] == "intact"
    other = deployed.orchestrate("verify-backup", "magikal-bot", "no.dump")
    assert other.code == 2
    line_with(other, "no backup of magikal-bot", "orchestrate backups magikal-bot")


def test_metrics_tell_also_of_a_bad_backup(deployed):
    deployed.host.shell(f"install -d -o magikalbot {METRICS}")
    look = ("verify-backup", "magikal-bot", "--quiet", "--metrics", METRICS)
    file = deployed.host.path(f"{METRICS}/orchestrate_magikal-bot.prom")
    assert deployed.orchestrate(*look).code == 0
    good = file.read_text()
    assert 'orchestrate_backup_verification_ok{app="magikal-bot"} 1' in good
    assert file.stat().st_mode & 0o777 == 0o644
    [newest] = [name for name in listed(deployed) if "-days" not in name]
    flip_a_byte(deployed, newest)
    assert deployed.orchestrate(*look).code == 1
    assert file.read_text() == good.replace('_ok{app="magikal-bot"} 1', '_ok{app="magikal-bot"} 0')
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_deploy_is_confirmed_once_and_only_where_it_changed_the_database(deployed):
    run = run_of(deployed)
    line_with(deployed.orchestrate("confirm", run), run, "is confirmed")
    line_with(deployed.orchestrate("confirm", run), run, "was confirmed before")
    assert json.loads(deployed.orchestrate("show", run, "--json").ok())["confirmation"]["requested_by"].startswith("uid 0")
    assert deployed.apply().code == 0  # nothing to do
    idle = run_of(deployed)
    assert idle != run
    refused = deployed.orchestrate("confirm", idle)
    assert refused.code == 2
    line_with(refused, idle, "did not change the database")
