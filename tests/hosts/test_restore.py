"""`orchestrate restore`: a backup comes back in a new database, which takes the name; at every instant one of the two has it."""

import json
import signal

import pytest

import debian
from administrator import beside, with_administrator
from host import until
from magikal import BACKUPS, UNIT
from vps import SHORT_HOLD, line_with

PROPERTIES = """
SELECT d.datdba::regrole, d.encoding, d.datcollate, d.datctype, d.datconnlimit, shobj_description(d.oid, 'pg_database'),
  (SELECT string_agg(a.grantee::regrole || ' ' || a.privilege_type, ', ' ORDER BY a.grantee::regrole::text, a.privilege_type) FROM aclexplode(d.datacl) a),
  (SELECT string_agg(s.setrole::regrole || ' ' || s.setconfig::text, ', ' ORDER BY s.setrole) FROM pg_db_role_setting s
    WHERE s.setdatabase = d.oid)
FROM pg_database d WHERE d.datname = 'appdb'"""


@pytest.fixture
def vps(booted):
    booted.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'RENAME TO|COMMENT ON' AND pid <> pg_backend_pid()",
               "postgres")  # fmt: skip
    return with_administrator(booted, SHORT_HOLD)


def dump(vps):
    [path] = vps.host.path(BACKUPS).glob("appdb-2*.dump")
    return path.name


def restore(vps, *options, **how):
    return vps.orchestrate("restore", "magikal-bot", dump(vps), *options, **how)


def newest(vps):
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]


def at_head(vps):
    """The checkout's code and the database agree, and cron's dump is of that moment."""
    vps.runbook("upgrade head").ok()
    vps.host.shell(f"rm {BACKUPS}/*.dump; /usr/local/bin/magikal-db-dump", user="magikalbot")


def test_it_says_first_what_will_be_lost_and_does_nothing(vps):
    at_head(vps)
    before = vps.snapshot()
    ended = restore(vps)
    assert ended.code == 3, str(ended)
    line_with(ended, "whatever was written since", "is not in it")
    line_with(ended, "next: orchestrate restore magikal-bot", dump(vps), "--confirm appdb")
    assert vps.snapshot() == before and beside(vps) == []
    wrong = restore(vps, "--confirm", "otherdb")
    assert wrong.code == 3, str(wrong)
    assert vps.snapshot() == before


def test_what_was_deleted_is_back_and_the_old_database_is_kept_closed(vps):
    at_head(vps)
    vps.sql("ALTER DATABASE appdb SET work_mem = '7MB'; ALTER DATABASE appdb CONNECTION LIMIT 50;"
            "ALTER ROLE shop IN DATABASE appdb SET search_path = \"$user\", cfg;"
            "REVOKE TEMPORARY ON DATABASE appdb FROM PUBLIC; GRANT CREATE ON DATABASE appdb TO shop;"
            "COMMENT ON DATABASE appdb IS 'panels, and a shop'")  # fmt: skip
    properties = vps.sql(PROPERTIES)
    vps.sql("DELETE FROM cfg.panels WHERE id > 10; DROP TABLE public.orders")
    invocation = vps.invocation()
    ended = restore(vps, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    for words in (("ok", "source"), ("ok", "rebuild", "tables", "rows"), ("ok", "stop"), ("ok", "last dump", "decoded and hashed"),
                  ("ok", "exchange", "kept as appdb_old_"), ("ok", "gate"), ("ok", "start"), ("done in",)):  # fmt: skip
        line_with(ended, *words)
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "50"
    assert vps.sql("SELECT count(*) FROM public.orders") == "200"
    assert vps.sql(PROPERTIES) == properties
    assert vps.unit("ActiveState")["ActiveState"] == "active" and vps.invocation() != invocation
    run = newest(vps)
    assert (run["verb"], run["finished"]["result"]) == ("restore", "succeeded")
    assert beside(vps) == [f"appdb_old_{run['run']}"]
    closed = vps.host.run("psql", "-d", beside(vps)[0], "-c", "SELECT 1", user="postgres")
    assert closed.code != 0 and "not currently accepting connections" in closed.err
    confirmed = vps.orchestrate("confirm", run["run"])
    assert confirmed.code == 0, str(confirmed)
    line_with(confirmed, f"database appdb_old_{run['run']} is dropped")
    assert beside(vps) == []
    assert vps.orchestrate("confirm", run["run"]).code == 0


def test_where_the_code_wants_more_than_the_backup_holds_the_service_stays_stopped(vps):
    """Today's code is for 003, the dump is from 002: the gate says so, and the upgrade brings both together."""
    vps.runbook("upgrade head").ok()
    ended = restore(vps, "--confirm", "appdb")
    assert ended.code == 5, str(ended)
    line_with(ended, "FAIL", "gate", "the database is at 002_panels, and 003_tempvc is pending")
    line_with(ended, "next: orchestrate apply magikal-bot")
    assert vps.revision() == "002_panels"
    assert vps.unit("ActiveState")["ActiveState"] == "inactive"
    applied = vps.apply()
    assert applied.code == 0, str(applied)
    assert vps.revision() == "003_tempvc"
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_a_backup_that_cannot_be_restored_changes_nothing(vps):
    at_head(vps)
    vps.sql("CREATE ROLE gone; CREATE TABLE cfg.theirs (); ALTER TABLE cfg.theirs OWNER TO gone")
    vps.host.shell("pg_dump -Fc -d appdb -f /tmp/theirs.dump", user="postgres")
    vps.host.shell(f"install -o magikalbot -g magikalbot /tmp/theirs.dump {BACKUPS}/appdb-theirs.dump")
    vps.sql("DROP TABLE cfg.theirs; DROP ROLE gone")
    before = vps.snapshot()
    ended = vps.orchestrate("restore", "magikal-bot", f"{BACKUPS}/appdb-theirs.dump", "--confirm", "appdb")
    assert ended.code == 1, str(ended)
    line_with(ended, "FAIL", "rebuild", "cannot be restored", 'role "gone" does not exist')
    line_with(ended, "failed, nothing changed", "checkout and service unchanged")
    assert vps.snapshot() == before and beside(vps) == []


SMALL_DISK = """
systemctl stop postgresql magikal-bot
cp --archive {data} /var/lib/whole
mount -t tmpfs -o size=$(( $(du -sm {data} | cut -f1) + 60 ))m,mode=700,uid=$(id -u postgres),gid=$(id -g postgres) tmpfs {data}
cp --archive /var/lib/whole/. {data}
systemctl start postgresql magikal-bot"""
OWN_DISK = """
systemctl stop postgresql magikal-bot
cp --archive {data}/. /var/lib/whole
umount {data}
rm -rf {data}; mv /var/lib/whole {data}
systemctl start postgresql magikal-bot"""


def test_a_full_disk_in_the_rebuild_changes_nothing(vps):
    """The backup is of a time when the database was larger than there is room now; its tables have a disk of their own."""
    at_head(vps)
    vps.sql("CREATE UNLOGGED TABLE cfg.bulky (filling text); ALTER TABLE cfg.bulky OWNER TO magikal;"
            "ALTER TABLE cfg.bulky ALTER filling SET STORAGE EXTERNAL;"
            "INSERT INTO cfg.bulky SELECT repeat('x', 1000000) FROM generate_series(1, 200)")  # fmt: skip
    vps.host.shell(f"rm {BACKUPS}/*.dump; /usr/local/bin/magikal-db-dump", user="magikalbot")
    vps.sql("DROP TABLE cfg.bulky; CHECKPOINT")
    data = f"/var/lib/postgresql/{debian.wanted().postgres}/main/base"
    vps.host.shell(SMALL_DISK.format(data=data))
    try:
        before = vps.snapshot()
        ended = restore(vps, "--confirm", "appdb")
        assert ended.code == 1, str(ended)
        line_with(ended, "FAIL", "rebuild", "No space left on device")
        line_with(ended, "failed, nothing changed", "checkout and service unchanged")
        assert beside(vps) == []
        assert vps.snapshot() == before
    finally:
        vps.host.shell(OWN_DISK.format(data=data))


def test_who_may_not_make_databases_is_told_before_anything_is_done(vps):
    vps.use_policy(SHORT_HOLD)
    before = vps.snapshot()
    ended = restore(vps, "--confirm", "appdb")
    assert ended.code == 1, str(ended)
    line_with(ended, "role magikal may not create databases", "migrations.admin_url")
    assert vps.snapshot() == before


def dump_as_superuser(vps, name):
    vps.host.shell(f"pg_dump -Fc -d appdb -f /tmp/{name}", user="postgres")
    vps.host.shell(f"install -o magikalbot /tmp/{name} {BACKUPS}/{name}")


def test_an_owner_that_may_make_databases_needs_no_administrator(vps):
    """And a freeze of the database, made before anybody restores it, is not in the way."""
    vps.use_policy(SHORT_HOLD)
    at_head(vps)
    vps.host.shell(f"rm {BACKUPS}/*.dump")
    vps.sql("ALTER ROLE magikal CREATEDB; DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION magikal;"
            "REASSIGN OWNED BY shop TO magikal")  # fmt: skip
    dump_as_superuser(vps, "appdb-20261101.dump")
    vps.sql("DELETE FROM cfg.panels; ALTER DATABASE appdb SET default_transaction_read_only = on")
    ended = vps.orchestrate("restore", "magikal-bot", f"{BACKUPS}/appdb-20261101.dump", "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "50"
    assert vps.sql("SHOW default_transaction_read_only") == "on"
    vps.sql("ALTER DATABASE appdb RESET default_transaction_read_only", "postgres")


def test_an_administrator_of_another_server_is_refused(vps):
    at_head(vps)
    vps.host.shell("pg_createcluster --start --port 5499 $(pg_lsclusters -h | cut -d' ' -f1 | head -1) other")
    try:
        vps.host.shell("psql -p 5499 -c \"CREATE ROLE dba SUPERUSER LOGIN PASSWORD 'Nachtschatten-204'\" -c 'CREATE DATABASE appdb'",
                       user="postgres")  # fmt: skip
        vps.host.shell("sed -i /^ADMIN/s/5432/5499/ /etc/magikal-bot.env")
        before = vps.snapshot()
        ended = restore(vps, "--confirm", "appdb")
        assert ended.code == 1, str(ended)
        line_with(ended, "admin_url leads to a server with another appdb, not to that of database_url")
        assert vps.snapshot().database == before.database
    finally:
        vps.host.shell("pg_dropcluster --stop $(pg_lsclusters -h | cut -d' ' -f1 | head -1) other")


def test_the_last_dump_sees_what_the_application_may_not(vps):
    at_head(vps)
    vps.sql("CREATE TABLE public.ledger AS SELECT 1; REVOKE ALL ON public.ledger FROM PUBLIC")
    dump_as_superuser(vps, "appdb-all.dump")
    ended = vps.orchestrate("restore", "magikal-bot", f"{BACKUPS}/appdb-all.dump", "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "last dump", "decoded and hashed")


def test_a_dry_run_tells_all_of_it_and_makes_nothing(vps):
    at_head(vps)
    before = vps.snapshot()
    ended = restore(vps, "--dry-run")
    assert ended.code == 0, str(ended)
    line_with(ended, "room", "would make")
    assert vps.snapshot() == before and beside(vps) == []


def test_after_the_exchange_the_next_command_goes_on_and_does_not_begin_anew(vps):
    """Done again, it would bring the backup over what was written since."""
    at_head(vps)
    vps.host.shell(f"mkdir -p /etc/systemd/system/{UNIT}.d; printf '[Service]\\nExecStartPre=/bin/false\\n' "
                   f">/etc/systemd/system/{UNIT}.d/broken.conf; systemctl daemon-reload")  # fmt: skip
    try:
        ended = restore(vps, "--confirm", "appdb")
        assert ended.code == 5, str(ended)
        line_with(ended, "FAIL", "start")
    finally:
        vps.host.shell(f"rm /etc/systemd/system/{UNIT}.d/broken.conf; systemctl daemon-reload; systemctl reset-failed {UNIT}")
    run = newest(vps)["run"]
    line_with(ended, f"orchestrate resume {run}")
    resumed = vps.orchestrate("resume", run)
    assert resumed.code == 0, str(resumed)
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_hazards_are_refused_by_name(vps):
    at_head(vps)
    vps.host.shell("echo max_prepared_transactions=2 >>/etc/postgresql/*/main/conf.d/orchestrate-test.conf 2>/dev/null || "
                   "psql -c 'ALTER SYSTEM SET max_prepared_transactions = 2'", user="postgres")  # fmt: skip
    vps.host.shell("systemctl restart 'postgresql@*'")
    vps.sql("BEGIN; DELETE FROM public.orders; PREPARE TRANSACTION 'half-sold'")
    try:
        ended = restore(vps, "--confirm", "appdb")
        assert ended.code == 1, str(ended)
        line_with(ended, "there are prepared transactions: half-sold")
    finally:
        vps.sql("ROLLBACK PREPARED 'half-sold'")


def hold_rename(vps):
    """An open comment on the database: it is in the way of a new name, and of nothing before that."""
    holder = vps.host.start("psql", "-X", "-d", "postgres", "-c",
                            "BEGIN; COMMENT ON DATABASE appdb IS 'held'; SELECT pg_sleep(300)", user="postgres")  # fmt: skip
    until("the comment is held", 10, lambda: vps.sql("SELECT count(*) FROM pg_stat_activity WHERE query ~ 'held'", "postgres") > "1")
    return holder


def wait_for_rename(vps):
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'RENAME TO'"
    until("the names are being exchanged", 60, lambda: vps.sql(waiting, "postgres") == "1")


def release(vps, holder):
    vps.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'COMMENT ON DATABASE appdb' AND pid <> pg_backend_pid()",
            "postgres")  # fmt: skip
    holder.wait(10)


def test_killed_while_the_database_is_closed_the_next_command_opens_it_again(vps):
    at_head(vps)
    before = vps.snapshot()
    holder = hold_rename(vps)
    started = vps.host.start("orchestrate", "restore", "magikal-bot", dump(vps), "--confirm", "appdb")
    wait_for_rename(vps)
    assert vps.sql("SELECT datallowconn FROM pg_database WHERE datname = 'appdb'", "postgres") == "f"
    started.send(signal.SIGKILL)
    started.wait(10)
    release(vps, holder)
    until("the server has given up the rename", 30, lambda: vps.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'RENAME TO' AND pid <> pg_backend_pid()", "postgres") == "0")  # fmt: skip
    ended = vps.orchestrate("restore", "magikal-bot", dump(vps))
    line_with(ended, "had died", "version rows and catalog as before")
    assert ended.code == 3, str(ended)
    assert beside(vps) == []
    after = vps.snapshot()
    assert after.database == before.database
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_a_new_database_that_nobody_could_look_at_is_judged_by_the_next_command(vps):
    at_head(vps)
    vps.sql("DELETE FROM cfg.panels")
    holder = hold_rename(vps)
    started = vps.host.start("orchestrate", "restore", "magikal-bot", dump(vps), "--confirm", "appdb")
    wait_for_rename(vps)
    vps.sql("ALTER ROLE magikal CONNECTION LIMIT 0", "postgres")
    release(vps, holder)
    ended = started.wait(60)
    vps.sql("ALTER ROLE magikal CONNECTION LIMIT -1", "postgres")
    assert ended.code == 5, str(ended)
    run = newest(vps)["run"]
    resumed = vps.orchestrate("resume", run)
    assert resumed.code == 0, str(resumed)
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "50"
    assert vps.unit("ActiveState")["ActiveState"] == "active"
    assert beside(vps) == [f"appdb_old_{run}"]
