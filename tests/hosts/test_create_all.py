"""From create_all() to migrations: the operator makes the baseline with Alembic's own commands, then we take over."""

import json

import pytest

import debian
from create_all import EVENT_BOT
from vps import line_with, refused

CHECKOUT, VERSIONS = EVENT_BOT.checkout, f"{EVENT_BOT.checkout}/{EVENT_BOT.versions}"
SCRATCH = f"postgresql://eventbot:{EVENT_BOT.password}@localhost:5432/scratch"
BASELINE = f"""
cd {CHECKOUT}
git stash push --quiet -- src/bot/models.py
DATABASE_URL={SCRATCH} .venv/bin/python -m alembic revision --autogenerate --rev-id 0001 -m baseline
git stash pop --quiet
"""
DEFAULT = f"sed -i 's/sa.Boolean(), nullable=False/sa.Boolean(), server_default=sa.false(), nullable=False/' {VERSIONS}/0002_*"


@pytest.fixture(scope="module")
def project():
    return EVENT_BOT


def adopt(vps) -> None:
    """As the documents have it: a baseline of the models that production was made from, and a stamp."""
    vps.host.shell(BASELINE, user="eventbot")
    vps.runbook("stamp 0001").ok()


def generate(vps) -> str:
    """What production lacks, as Alembic sees it."""
    return vps.runbook("revision --autogenerate --rev-id 0002 -m 'guest users'").err


def mend_and_commit(vps) -> None:
    vps.host.shell(f"{DEFAULT}; cd {CHECKOUT}; git add -A; git commit -qm 'Alembic: baseline, guest users'", user="eventbot")


def review(vps, *options):
    """As in CI: by somebody who has the checkout and nothing else."""
    words = ["orchestrate", "review", "--versions", "migrations/versions", "--from", "0001", *options]
    return vps.host.run("env", "-C", CHECKOUT, *words, user="postgres")


def test_the_bot_does_not_start_on_the_tables_that_create_all_left(vps):
    vps.host.shell("systemctl start event-bot.service")
    assert vps.wait_for_journal("column users.is_guest does not exist")


def test_tables_without_a_version_are_not_upgraded_before_they_are_adopted(vps):
    ended = refused(vps, vps.snapshot(), 1, "there is no public.alembic_version", "tables already")
    line_with(ended, "next: orchestrate adopt event-bot")


def test_production_is_adopted_then_upgraded_before_the_bot_starts(vps):
    adopt(vps)
    drift = generate(vps)
    assert "Detected added column 'users.is_guest'" in drift
    assert "Detected added column 'users.added_by_user_id'" in drift
    refused(vps, vps.snapshot(), 3, "required-column", "blocks")

    mend_and_commit(vps)
    ended = vps.apply()

    assert ended.code == 0, str(ended)
    assert "required-column" not in ended.out
    line_with(ended, "constraint-validated-at-once  [warning]")  # of 40 rows nobody waits for long
    assert vps.revision() == "0002"
    assert vps.sql("SELECT count(*), count(*) FILTER (WHERE is_guest) FROM users") == "40|0"
    assert vps.unit("ActiveState")["ActiveState"] == "active"
    assert "40 users known" in vps.journal()
    the_ledger_is_an_audit_trail(vps)


def the_ledger_is_an_audit_trail(vps):
    runs = json.loads(vps.orchestrate("history", "event-bot", "--json").ok())["runs"]
    assert [run["finished"]["result"] for run in runs] == ["succeeded", "blocked"]
    assert {run["requested_by"] for run in runs} == {"uid 0 (root)"}
    shown = json.loads(vps.orchestrate("show", runs[0]["run"], "--json").ok())
    stages = {stage["name"]: stage for stage in shown["stages"]}
    [upgraded] = [proof for proof in stages["upgrade"]["outcome"]["evidence"] if proof["name"] == "upgrade.done"]
    assert (upgraded["facts"]["from"], upgraded["facts"]["to"]) == (["0001"], ["0002"])
    assert upgraded["facts"]["files"]["0002"] == vps.host.shell(f"sha256sum {VERSIONS}/0002_*").split()[0]


def test_a_database_is_adopted_only_at_the_revision_that_its_schema_is(vps):
    vps.host.shell(BASELINE, user="eventbot")
    vps.sql("ALTER TABLE users ADD COLUMN extra int DEFAULT 3")
    before = vps.snapshot()
    ended = vps.orchestrate("adopt", "event-bot", "--stamp", "0001")
    assert ended.code == 3, str(ended)
    line_with(ended, "made by no migration: column public.users.extra: integer DEFAULT 3")
    assert vps.snapshot().database == before.database
    vps.sql("ALTER TABLE users DROP COLUMN extra")
    ended = vps.orchestrate("adopt", "event-bot", "--stamp", "0001")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "stamp", "base -> 0001")
    assert vps.revision() == "0001"
    assert "0001 (head)" in vps.runbook("current").ok()


def test_drift_tells_what_the_models_have_and_no_migration_makes(vps):
    adopt(vps)
    before = vps.snapshot()
    ended = vps.orchestrate("drift", "event-bot")
    assert ended.code == 3, str(ended)
    line_with(ended, "models: op.add_column('users', sa.Column('is_guest', sa.Boolean(), nullable=False))")
    line_with(ended, "0 objects differ from what the migrations make; 3 changes of the models have no migration")
    assert vps.snapshot() == before
    generate(vps)
    vps.host.shell(f"{DEFAULT}", user="eventbot")
    vps.approve_all()
    assert vps.apply().code == 0
    vps.sql("CREATE INDEX by_hand ON users (name)")
    ended = vps.orchestrate("drift", "event-bot")
    assert ended.code == 3, str(ended)
    line_with(ended, "made by no migration: index public.by_hand")
    vps.sql("DROP INDEX by_hand")
    assert vps.orchestrate("drift", "event-bot").code == 0


def test_a_migration_that_fails_does_not_start_the_bot(vps):
    adopt(vps)
    vps.pending('op.execute("SELECT 1 / 0")')
    ended = vps.apply()
    assert ended.code == 1, str(ended)
    line_with(ended, "division by zero")
    assert vps.revision() == "0001"
    assert vps.unit("ActiveState")["ActiveState"] == "inactive"


def test_a_bot_that_runs_is_down_while_it_is_migrated_and_up_again(vps):
    adopt(vps)
    vps.pending('op.execute("CREATE TABLE seen AS SELECT count(*) AS sessions FROM pg_stat_activity '
                "WHERE usename = 'eventbot' AND pid <> pg_backend_pid() AND application_name NOT LIKE 'orchestrate%'\")")
    vps.host.shell("systemctl start event-bot.service")
    assert vps.wait_for_journal("40 users known")
    before = vps.invocation()
    vps.approve_all()
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    assert vps.sql("SELECT sessions FROM seen") == "0"
    assert vps.invocation() not in ("", before)


def test_ci_reviews_the_migration_without_a_database(vps):
    adopt(vps)
    generate(vps)
    vps.host.shell(f"systemctl stop {debian.wanted().cluster}")
    flagged = review(vps)
    assert flagged.code == 3, str(flagged)
    line_with(flagged, "migrations/versions/0002_guest_users.py:20:5", "constraint-validated-at-once", "[blocks]")
    annotated = review(vps, "--format", "github")
    assert annotated.code == 3, str(annotated)
    line_with(annotated, "::error file=migrations/versions/0002_guest_users.py,line=20,col=5,title=constraint-validated")
    # Compatibility blocks where a policy says so; here it is told.
    line_with(annotated, "::warning file=migrations/versions/0002_guest_users.py,line=18,col=5,title=required-column::")
