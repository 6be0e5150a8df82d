"""A host that is not as the policy says: each fault is one clear line, and nothing is touched."""

from urllib.parse import quote

import pytest

import debian
from magikal import BACKUPS, ENV_FILE, INSTALLED_POLICY, PASSWORD, PROJECT, UNIT
from vps import SHORT_HOLD, line_with, refused


@pytest.mark.parametrize(
    "spoil, code, says",
    [
        pytest.param(f"rm {ENV_FILE}", 78, [ENV_FILE], id="env file missing"),
        pytest.param(f"sed -i /ALEMBIC/d {ENV_FILE}", 78, ["ALEMBIC_DATABASE_URL"], id="URL variable missing"),
        pytest.param(f"sed -i s/localhost:5432/localhost:1/ {ENV_FILE}", 1, ["localhost", "port 1", "refused"], id="wrong port"),
        pytest.param(f"sed -i s/{PASSWORD}/other/ {ENV_FILE}", 1, ["password authentication failed"], id="wrong password"),
        pytest.param(f"sed -i s,/appdb,/nosuch, {ENV_FILE}", 1, ["nosuch", "does not exist"], id="wrong database"),
        pytest.param(f"sed -i s/postgresql+/mysql+/ {ENV_FILE}", 78, ["mysql"], id="another database product"),
        pytest.param(f"chmod 0666 {INSTALLED_POLICY}", 78, [INSTALLED_POLICY, "everybody may write"], id="policy world-writable"),
        pytest.param(f"chown magikalbot {INSTALLED_POLICY}", 78, [INSTALLED_POLICY, "belongs to"], id="policy not root's"),
        pytest.param(f"mv {PROJECT}/.venv {PROJECT}/venv", 1, [".venv"], id="virtualenv missing"),
    ],
)
def test_a_run_stops_at_once_when(vps, spoil, code, says):
    vps.host.shell(spoil)
    refused(vps, vps.snapshot(), code, *says)


def test_a_database_that_is_down_is_named(vps):
    vps.host.run("systemctl", "stop", debian.wanted().cluster).ok()
    refused(vps, vps.snapshot(), 1, "connection refused")


def test_a_unit_that_is_not_there_is_named_before_anything_runs(vps):
    vps.use_policy(SHORT_HOLD, (r"\[magikal-bot\.service\]", "[magikal-bott.service]"))
    refused(vps, vps.snapshot(), 1, "magikal-bott.service")


def test_a_repository_that_belongs_to_another_user_is_refused(vps):
    vps.host.shell(f"chown -R postgres: {PROJECT}/.git")
    refused(vps, vps.snapshot(), 1, PROJECT)


def test_a_merge_under_way_is_refused(vps):
    vps.host.shell(f"cd {PROJECT}; git rev-parse HEAD >.git/MERGE_HEAD", user="magikalbot")
    refused(vps, vps.snapshot(), 1, "merge")


def test_an_untracked_dump_does_not_become_part_of_a_commit(vps):
    vps.host.shell(f"cp {BACKUPS}/*.dump {PROJECT}/before.dump; chown magikalbot {PROJECT}/before.dump")
    refused(vps, vps.snapshot(), 1, "before.dump")


def test_a_full_disk_below_the_ledger_loses_nothing(vps):
    vps.host.shell("mkdir -p /var/lib/orchestrate; mount -t tmpfs -o size=32k tmpfs /var/lib/orchestrate")
    try:
        refused(vps, vps.snapshot(), 1, "space")
    finally:
        vps.host.shell("umount /var/lib/orchestrate")


@pytest.mark.parametrize("password", ["p@ss:w/o%20rd#1", "ein Leer zeichen", "quote'and\"double", "über-größe"])
def test_a_password_may_hold(vps, password):
    vps.sql("ALTER ROLE magikal PASSWORD " + "'" + password.replace("'", "''") + "'")
    try:
        vps.host.shell(f"sed -i 's|{PASSWORD}|{quote(password, safe='')}|' {ENV_FILE}")
        vps.host.shell(f"systemctl restart {UNIT}")
        ended = vps.apply()
        assert ended.code == 0, str(ended)
        assert password not in ended.out + ended.err
        assert vps.revision() == "003_tempvc"
    finally:
        vps.sql(f"ALTER ROLE magikal PASSWORD '{PASSWORD}'")


def test_two_runs_at_once_are_not_possible(vps):
    vps.pending('op.execute("SELECT pg_sleep(3)")')
    vps.approve_all()
    first = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    second = vps.apply()
    assert second.code == 75, str(second)
    line_with(second, "another run")
    assert first.wait(60).code == 0
