"""The SQLModel service: `make migrate` in a maintenance window, and the troubles that its document names."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from rehearsed import upgraded_as_rehearsed
from sqlmodel_service import SQLMODEL_SERVICE
from vps import SHORT_HOLD, line_with, refused

APP, CHECKOUT = SQLMODEL_SERVICE.app, SQLMODEL_SERVICE.checkout
VERSIONS = f"{CHECKOUT}/{SQLMODEL_SERVICE.versions}"
CURRENT, PENDING = SQLMODEL_SERVICE.current, SQLMODEL_SERVICE.pending
OVERRIDE = ("--override-window", "--reason", "the shop is down")
WINDOW = r"window: .*"
ANY_TIME = (WINDOW, "")


def window(begins: timedelta, ends: timedelta) -> tuple[str, str]:
    """So long from now, by the clocks of the host."""
    now = datetime.now(timezone.utc)
    opens, closes = (f"{now + when:%H:%M}" for when in (begins, ends))
    return WINDOW, f"window: {{ from: {opens}, to: {closes}, timezone: UTC }}"


OPEN = timedelta(hours=-1), timedelta(hours=1)
CLOSED = timedelta(hours=1), timedelta(hours=2)


def blocked(vps, *words):
    """A red flag: the database and the service are as before. A restore point and a backup may have been made beside it."""
    before = vps.snapshot()
    ended = vps.apply()
    after = vps.snapshot()
    assert ended.code == 3, str(ended)
    line_with(ended, *words)
    assert (after.database, after.service, after.checkout["files"]) == (before.database, before.service, before.checkout["files"])
    return ended


@pytest.fixture(scope="module")
def project():
    return SQLMODEL_SERVICE


@pytest.fixture
def anytime(vps):
    """For what has nothing to do with the window."""
    vps.use_policy(SHORT_HOLD, ANY_TIME)
    return vps


def test_the_shipped_policy_takes_a_pending_migration_through_stop_upgrade_and_start(vps):
    vps.use_policy()
    invocation = vps.invocation()
    ended = vps.apply(*OVERRIDE)
    assert ended.code == 0, str(ended)
    assert vps.revision() == PENDING
    assert vps.invocation() != invocation
    assert vps.unit("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert "3 authors online" in vps.journal()
    line_with(ended, f"{CURRENT} -> {PENDING}")
    [run] = json.loads(vps.orchestrate("history", APP, "--json").ok())["runs"]
    assert run["window_override"] == "the shop is down"
    assert f"Running upgrade {CURRENT} -> {PENDING}" in vps.orchestrate("logs", run["run"]).ok()


def test_what_is_rehearsed_is_what_runs(vps):
    facts = upgraded_as_rehearsed(vps, ANY_TIME)
    assert facts["way_back"] == "works"


def test_outside_the_window_no_run_is_begun(vps):
    vps.use_policy(SHORT_HOLD, window(*CLOSED))
    refused(vps, vps.snapshot(), 75, "the window is closed; it opens", "--override-window --reason")
    assert json.loads(vps.orchestrate("history", APP, "--json").ok())["runs"] == []
    planned = vps.orchestrate("plan", APP)
    assert planned.code == 0, str(planned)
    line_with(planned, "window: closed; it opens")
    assert vps.apply("--override-window").code == 2


def test_inside_the_window_it_needs_no_reason(vps):
    vps.use_policy(SHORT_HOLD, window(*OPEN))
    line_with(vps.orchestrate("plan", APP), "window: open until")
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    assert vps.revision() == PENDING


def test_a_make_target_cannot_be_told_where_to_go(anytime):
    ended = anytime.apply("--target", CURRENT)
    assert ended.code == 2, str(ended)
    line_with(ended, "it always goes to head", "{target}")


def test_a_makefile_without_the_target_is_refused(anytime):
    anytime.host.shell(f"cd {CHECKOUT}; sed -i s/^migrate:/migrations:/ Makefile", user="library")
    refused(anytime, anytime.snapshot(), 1, "Nothing to be done for 'migrate'")


def test_several_heads_are_refused_until_they_are_merged(anytime):
    anytime.host.shell(f"cd {VERSIONS}; sed s/{PENDING}/c0ffee5eed01/ {PENDING}.py > c0ffee5eed01.py;"
                       " sed -i s/email/phone/ c0ffee5eed01.py", user="library")  # fmt: skip
    refused(anytime, anytime.snapshot(), 1, "there are several heads", PENDING, "c0ffee5eed01", "alembic merge heads")

    anytime.runbook('merge heads -m "Merge migration branches"').ok()
    ended = anytime.apply()
    assert ended.code == 0, str(ended)


def test_an_unknown_revision_in_the_database_is_named_with_the_way_out(anytime):
    anytime.sql("UPDATE alembic_version SET version_num = 'deadbeef0001'")
    refused(anytime, anytime.snapshot(), 1, "the database is at deadbeef0001", "git -C", "--all")


def test_a_database_that_is_ahead_of_the_checkout_is_refused(anytime):
    anytime.host.shell("set -a; . /etc/sqlmodel-service.env; set +a; make -C /srv/library migrate", user="library")
    anytime.host.path(f"{VERSIONS}/{PENDING}.py").unlink()
    refused(anytime, anytime.snapshot(), 1, f"the database is at {PENDING}", "the database is ahead of this checkout")


def test_a_deleted_applied_revision_is_named_with_the_run_that_applied_it(anytime):
    assert anytime.apply().code == 0
    run = json.loads(anytime.orchestrate("history", APP, "--json").ok())["runs"][0]["run"]
    anytime.host.path(f"{VERSIONS}/{PENDING}.py").unlink()
    refused(anytime, anytime.snapshot(), 1, f"revision {PENDING} was applied on", run, "git -C")


def test_an_edited_applied_revision_is_a_red_flag_with_the_run_that_applied_it(anytime):
    assert anytime.apply().code == 0
    run = json.loads(anytime.orchestrate("history", APP, "--json").ok())["runs"][0]["run"]
    anytime.pending("pass", revision="e0e0e0e0e0e0", down_revision=PENDING)
    anytime.host.shell(f"cd {VERSIONS}; echo '# a later thought' >> {PENDING}.py", user="library")
    ended = blocked(anytime, f"revision {PENDING} was edited after it was applied on", run)
    line_with(ended, "bring back the file as it was applied")

    anytime.host.shell(f"cd {VERSIONS}; sed -i '$d' {PENDING}.py", user="library")
    brought_back = anytime.apply()
    assert brought_back.code == 0, str(brought_back)


def test_a_rename_that_autogenerate_wrote_as_drop_and_add_is_a_red_flag(anytime):
    anytime.pending('op.add_column("author", sa.Column("full_name", sa.String()))\nop.drop_column("author", "name")')
    ended = blocked(anytime, "rename-as-drop-add", "blocks")
    line_with(ended, 'op.alter_column("author", "name", new_column_name="full_name")')


def test_nullable_backfill_not_null_go_in_three_steps(anytime):
    anytime.pending("op.execute(\"UPDATE author SET email = name || '@example.com' WHERE email IS NULL\")", "b2", PENDING)
    anytime.pending('op.alter_column("author", "email", nullable=False)', "c3", "b2")
    ended = anytime.apply_approving()
    assert ended.code == 0, str(ended)
    assert anytime.sql("SELECT min(email) FROM author") == "Astrid@example.com"
    assert anytime.sql("SELECT is_nullable FROM information_schema.columns WHERE column_name = 'email'") == "NO"


def test_a_migration_that_fails_rolls_back_and_the_service_runs_again(anytime):
    anytime.pending('op.add_column("author", sa.Column("email", sa.String()))\nop.execute("SELECT 1 / 0")')
    before = anytime.snapshot()
    ended = anytime.apply()
    assert ended.code == 1, str(ended)
    assert anytime.snapshot().database == before.database
    assert anytime.unit("ActiveState") == {"ActiveState": "active"}
    line_with(ended, "service started again")
