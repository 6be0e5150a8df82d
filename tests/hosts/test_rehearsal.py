"""Rehearsals on a real host: by a person, by the worker in its sandbox, of projects that look for production, and killed."""

import pytest

import worker
from host import until
from magikal import MAGIKAL
from project import boot
from rehearsed import facts_of_rehearsal, upgraded_as_rehearsed
from vps import SHORT_HOLD, line_with

URL = 'os.environ["ALEMBIC_DATABASE_URL"]'


# As `orchestrate init` writes it for a policy with a rehearsal.
DROP_IN = """[Service]
RestrictSUIDSGID=no
RestrictNamespaces=user net mnt ipc
RestrictAddressFamilies=AF_NETLINK
SystemCallFilter=@mount capset
"""


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        vps = worker.WorkerVps(host, project)
        host.write(f"/etc/systemd/system/{worker.worker_of(vps)}.d/20-rehearsal.conf", DROP_IN)
        host.shell("systemctl daemon-reload")
        yield vps


def dump_now(vps):
    """What last night's cron job would have left."""
    vps.host.run("/usr/local/bin/magikal-db-dump", user=MAGIKAL.user).ok()


@pytest.fixture
def vps(booted):
    booted.reset()
    dump_now(booted)
    return booted


def left_behind(vps):
    found = vps.host.shell(f"ls -d {worker.state_of(vps)}/scratch-* 2>/dev/null || true; pgrep -a bwrap || true")
    servers = vps.host.run("pgrep", "--count", "-f", "bin/postgres -D").out.strip()
    return found.strip(), servers


@pytest.mark.parametrize("by", ["worker", "person"])
def test_a_rehearsal_tells_what_the_upgrade_will_do_and_touches_nothing(vps, by):
    before, left = vps.snapshot(), left_behind(vps)
    ended = vps.orchestrate("rehearse", "magikal-bot", *(["--local"] if by == "person" else []))
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "rehearsal", "way back works")
    line_with(ended, "locks cfg.panels: ACCESS EXCLUSIVE for")
    line_with(ended, "schema: TABLE cfg.tempvc is new")
    line_with(ended, "next: orchestrate apply magikal-bot")
    assert vps.snapshot() == before
    assert left_behind(vps) == left


def test_an_upgrade_is_rehearsed_by_the_worker(vps):
    vps.use_policy(SHORT_HOLD, rehearsed=True)
    ended = vps.orchestrate("apply", "magikal-bot")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "rehearsal", "003_tempvc")
    assert vps.revision() == "003_tempvc"
    facts = facts_of_rehearsal(vps)
    assert "003_tempvc" in facts["revisions_us"], facts
    assert facts["path"].endswith(".dump")


def test_what_was_recorded_is_what_the_servers_own_log_tells_of_the_upgrade(vps):
    upgraded_as_rehearsed(vps)


def test_what_is_restored_anyway_is_not_restored_to_prove_the_backup(vps):
    vps.use_policy(("verify: intact", "verify: restored"))
    ended = vps.orchestrate("rehearse", "magikal-bot")
    assert ended.code == 0, str(ended)
    assert "restored" not in line_with(ended, "ok", "backup"), str(ended)


def test_the_upgrade_is_compared_with_its_rehearsal_where_the_server_counts_statements(vps):
    vps.sql("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    vps.host.shell("systemctl restart postgresql@*-main.service")
    vps.sql("CREATE EXTENSION pg_stat_statements")
    vps.use_policy(SHORT_HOLD, rehearsed=True)
    ended = vps.orchestrate("apply", "magikal-bot")
    vps.sql("ALTER SYSTEM RESET shared_preload_libraries")
    vps.host.shell("systemctl restart postgresql@*-main.service")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "upgrade", "002_panels -> 003_tempvc, as rehearsed")


def test_a_migration_that_fails_on_the_data_only_never_comes_to_production(vps):
    vps.use_policy(SHORT_HOLD, rehearsed=True)
    vps.sql("INSERT INTO cfg.panels SELECT * FROM cfg.panels WHERE false")
    vps.pending('op.execute("ALTER TABLE cfg.panels ADD COLUMN n int; ALTER TABLE cfg.panels ALTER COLUMN title TYPE int USING title::int")')
    dump_now(vps)
    before = vps.snapshot()
    ended = vps.orchestrate("rehearse", "magikal-bot")
    assert ended.code == 1, str(ended)
    line_with(ended, "FAIL", "rehearsal", "on the copy the migration fails")
    assert vps.snapshot() == before


@pytest.mark.parametrize("url", [
    f"postgresql+psycopg2://magikal:{MAGIKAL.password}@localhost:5432/appdb",
    f"postgresql+psycopg2://magikal:{MAGIKAL.password}@127.0.0.1/appdb",
    f"postgresql+psycopg2://magikal:{MAGIKAL.password}@/appdb?host=/var/run/postgresql",
])  # fmt: skip
def test_a_project_that_looks_for_production_does_not_find_it(vps, url):
    env_py = vps.host.path(f"{MAGIKAL.checkout}/migrations/env.py")
    text = env_py.read_text()
    assert URL in text
    env_py.write_text(text.replace(URL, repr(url)))
    vps.pending('op.execute("DROP TABLE cfg.panels")')
    before = vps.snapshot()
    ended = vps.orchestrate("rehearse", "magikal-bot")
    assert ended.code == 1, str(ended)
    line_with(ended, "FAIL", "rehearsal", "the project did not come to the copy")
    assert vps.snapshot() == before


def test_drift_finds_the_schema_that_somebody_made_before_the_first_migration(vps):
    before = vps.snapshot()
    ended = vps.orchestrate("drift", "magikal-bot")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "drift", "0 objects differ from what the migrations make")
    assert vps.snapshot() == before
    vps.sql("ALTER TABLE cfg.panels ALTER title DROP NOT NULL")
    ended = vps.orchestrate("drift", "magikal-bot")
    assert ended.code == 3, str(ended)
    line_with(ended, "FAIL", "drift", "1 object differs from what the migrations make")
    line_with(ended, "differs: column cfg.panels.title: the migrations make text NOT NULL, production has text")


def restores_for_ever(vps):
    """Production has an index whose expression takes its time, whoever builds it anew."""
    function = "CREATE OR REPLACE FUNCTION public.slow(n bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN {} RETURN n; END'"
    vps.sql(function.format("") + "; CREATE INDEX ix_slow ON cfg.panels (public.slow(id))")
    vps.sql(function.format("PERFORM pg_sleep(600);"))
    dump_now(vps)


def migrates_for_ever(vps):
    vps.pending('op.execute("SELECT pg_sleep(600)")')


def goes_back_for_ever(vps):
    vps.pending("pass")
    migration = vps.host.path(f"{MAGIKAL.checkout}/{MAGIKAL.versions}/{MAGIKAL.pending}.py")
    up, down = migration.read_text().split("def downgrade():")
    migration.write_text(up + "def downgrade():" + down.replace("pass", 'op.execute("SELECT pg_sleep(600)")'))


@pytest.mark.parametrize("arrange, at", [
    (lambda vps: None, "bin/initdb"),
    (restores_for_ever, "pg_restore.*--jobs"),
    (migrates_for_ever, "alembic.*upgrade"),
    (goes_back_for_ever, "alembic.*downgrade"),
], ids=["while the server is made", "in the restore", "in the migration", "on the way back"])  # fmt: skip
def test_what_a_killed_rehearsal_left_the_next_command_removes(vps, arrange, at):
    left = left_behind(vps)
    arrange(vps)
    client = vps.host.start("orchestrate", "rehearse", "magikal-bot", "--local")
    vps.wait_for_process(at)
    vps.host.run("pkill", "--signal", "KILL", "-f", "orchestrate rehearse").ok()
    client.end()
    until("the server is gone with it", 60, lambda: left_behind(vps)[1] == left[1])
    vps.sql("DROP INDEX IF EXISTS cfg.ix_slow")
    dump_now(vps)
    vps.pending("pass")
    ended = vps.orchestrate("rehearse", "magikal-bot", "--local")
    assert ended.code == 0, str(ended)
    assert left_behind(vps) == left
