"""`orchestrate rollback`: the backup that a run rested on comes back, and the code that ran healthy before it."""

import json

import pytest

from administrator import ADMIN, beside, with_administrator
from magikal import PROJECT, VERSIONS
from test_restart import HALF_DONE
from vps import SHORT_HOLD, line_with


@pytest.fixture
def vps(booted):
    with_administrator(booted, SHORT_HOLD)
    return booted


def rollback(vps, run, *options):
    return vps.orchestrate("rollback", run, *options)


def newest(vps):
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]


def run_yesterdays_code(vps):
    """Its update lies beside; what runs is committed, and watched once."""
    vps.git("stash", "--include-untracked")
    vps.orchestrate("restart", "magikal-bot").ok()
    vps.git("stash", "pop")
    return vps.git("rev-parse", "HEAD")


def code_without_panels(vps):
    """A commit that nobody deployed, which has the first migration only."""
    vps.host.shell(f"cd {PROJECT}; git worktree add -q --detach /tmp/older; cd /tmp/older; "
                   "git rm -q migrations/versions/00[23]*; git commit -qm older", user="magikalbot")  # fmt: skip
    return vps.host.run("git", "-C", "/tmp/older", "rev-parse", "HEAD", user="magikalbot").ok().strip()


def test_data_and_code_are_as_before_the_run(vps):
    before = run_yesterdays_code(vps)
    assert vps.apply().code == 0
    run = newest(vps)["run"]
    vps.sql("DELETE FROM cfg.panels WHERE id > 10")
    told = rollback(vps, run)
    assert told.code == 3, str(told)
    line_with(told, f"next: orchestrate rollback {run} --confirm appdb")
    assert vps.revision() == "003_tempvc"
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    line_with(ended, "ok", "code", f"commit {before[:7]} knows 002_panels")
    line_with(ended, "ok", "checkout", f"at {before[:7]}", "kept as refs/orchestrate/")
    line_with(ended, "ok", "gate", "open: the database is at 002_panels")
    assert (vps.revision(), vps.sql("SELECT count(*) FROM cfg.panels")) == ("002_panels", "50")
    assert vps.git("rev-parse", "HEAD") == before
    assert vps.git("status", "--porcelain") == ""
    assert not vps.host.path(f"{VERSIONS}/003_tempvc.py").exists()
    assert vps.unit("ActiveState")["ActiveState"] == "active"
    undone = newest(vps)
    assert (undone["verb"], undone["finished"]["result"]) == ("rollback", "succeeded")
    kept = vps.git("show", f"refs/orchestrate/{undone['run']}:migrations/versions/003_tempvc.py")
    assert "003_tempvc" in kept
    again = rollback(vps, run, "--confirm", "appdb")
    assert again.code == 2, str(again)
    line_with(again, f"run {undone['run']} has rolled it back")


def test_an_update_that_was_only_laid_over_the_checkout_goes_away_too(vps):
    """With `mode: ref` HEAD never moved: it is the files that are newer."""
    vps.use_policy(SHORT_HOLD, ADMIN, ("mode: commit", "mode: ref"))
    before = run_yesterdays_code(vps)
    assert vps.apply().code == 0
    assert vps.git("rev-parse", "HEAD") == before
    run = newest(vps)["run"]
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    assert not vps.host.path(f"{VERSIONS}/003_tempvc.py").exists()
    assert (vps.revision(), vps.git("status", "--porcelain")) == ("002_panels", "")


def test_a_file_that_git_ignores_here_is_not_written_over(vps):
    vps.host.shell(f"cd {PROJECT}; git stash -qu; echo old >local.conf; git add local.conf; git commit -qm 'tracked'",
                   user="magikalbot")  # fmt: skip
    vps.orchestrate("restart", "magikal-bot").ok()
    vps.host.shell(f"cd {PROJECT}; git rm -q --cached local.conf; echo local.conf >>.gitignore; git add .gitignore; "
                   "git commit -qm 'not tracked'; echo secret >local.conf; git stash pop -q", user="magikalbot")  # fmt: skip
    assert vps.apply().code == 0
    run = newest(vps)["run"]
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 1, str(ended)
    line_with(ended, "FAIL", "code", "local.conf is ignored here and tracked at")
    assert vps.host.path(f"{PROJECT}/local.conf").read_text() == "secret\n"
    assert (vps.revision(), beside(vps)) == ("003_tempvc", [])


def test_what_would_not_go_into_a_restore_point_is_told_before_anything_is_done(vps):
    run_yesterdays_code(vps)
    assert vps.apply().code == 0
    run = newest(vps)["run"]
    vps.host.shell(f"echo SECRET_KEY=x >{PROJECT}/.env.local; touch {PROJECT}/id_rsa", user="magikalbot")
    invocation = vps.invocation()
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 1, str(ended)
    line_with(ended, "FAIL", "code")
    assert vps.invocation() == invocation and beside(vps) == []


def test_a_dump_that_its_owner_removed_was_kept(vps):
    run_yesterdays_code(vps)
    assert vps.apply().code == 0
    run = newest(vps)["run"]
    vps.host.shell("rm /home/magikalbot/backups/appdb-*.dump")
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    assert vps.revision() == "002_panels"


def test_of_the_first_run_it_asks_for_the_code(vps):
    assert vps.apply().code == 0
    run = newest(vps)["run"]
    asked = rollback(vps, run, "--confirm", "appdb")
    assert asked.code == 2, str(asked)
    line_with(asked, "nobody knows which code ran healthy before it", "--code COMMIT", "--code keep")
    older = code_without_panels(vps)
    before = vps.snapshot()
    foreign = rollback(vps, run, "--confirm", "appdb", "--code", older)
    assert foreign.code == 1, str(foreign)
    line_with(foreign, "FAIL", "code", "does not know revision 002_panels")
    assert beside(vps) == [] and vps.snapshot().database == before.database
    ended = rollback(vps, run, "--confirm", "appdb", "--code", "HEAD~1")
    assert ended.code == 0, str(ended)
    assert vps.revision() == "002_panels"
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def test_a_half_done_upgrade_is_undone(vps):
    code = run_yesterdays_code(vps)
    vps.pending(HALF_DONE)
    held = vps.apply_approving()
    assert held.code == 5, str(held)
    run = newest(vps)["run"]
    assert vps.sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'extra'") == "1"
    ended = rollback(vps, run, "--confirm", "appdb")
    assert ended.code == 0, str(ended)
    assert vps.sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'extra'") == "0"
    assert vps.git("rev-parse", "HEAD") == code
    assert vps.unit("ActiveState")["ActiveState"] == "active"
    assert vps.orchestrate("gate", "magikal-bot").code == 0
    planned = vps.orchestrate("plan", "magikal-bot")
    assert planned.code == 0, str(planned)


def test_a_run_that_changed_nothing_is_not_undone(vps):
    vps.pending("raise RuntimeError('no')")
    failed = vps.apply_approving()
    assert failed.code == 1, str(failed)
    ended = rollback(vps, newest(vps)["run"], "--confirm", "appdb")
    assert ended.code == 2, str(ended)
    line_with(ended, "it changed nothing in the database")
