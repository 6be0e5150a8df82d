"""`on_failure`: what a policy makes of a failed run without a person. A second run goes back, or it is said why none does."""

import json
import re
import signal

import pytest

from administrator import ADMIN, SUPERUSER, beside, databases, with_administrator
from host import until
from magikal import BACKUPS, PROJECT, VERSIONS
from test_rollback import run_yesterdays_code
from vps import SHORT_HOLD, line_with

# Services are stopped before the dump, and started after post-check.
DOWNTIME = ((r"(?s)  - backup:.*?(?=\n  - )\n", ""),
            (r"(?=  - restore_point:)", f"  - stop\n  - backup: {{ take: {BACKUPS} }}\n"), (r"  - restart:", "  - start:"))  # fmt: skip
ERROR = """
with op.get_context().autocommit_block():
    op.execute("ALTER TABLE cfg.panels ADD COLUMN extra int")
raise RuntimeError("the second half is missing")
"""
STUCK = """
with op.get_context().autocommit_block():
    op.execute("ALTER TABLE cfg.panels ADD COLUMN extra int")
op.execute("SELECT pg_sleep(600)")
"""
EXTRA = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'extra'"
INDEX = "SELECT count(*) FROM pg_indexes WHERE indexname IN ('panels_title', 'panels_id')"
LOSS_FREE = """from alembic import op
revision = "003_tempvc"
down_revision = "002_panels"

def upgrade():
    op.create_index("panels_title", "panels", ["title"], schema="cfg")
    op.create_index("panels_id", "panels", ["id"], schema="cfg")

def downgrade():
    op.drop_index("panels_title", "panels", schema="cfg")
    op.drop_index("panels_id", "panels", schema="cfg")
"""


def on_failure(remedies):
    return r"(?=\npipeline:)", f"\non_failure: {{ {remedies} }}\n"


@pytest.fixture
def vps(booted):
    with_administrator(booted, SHORT_HOLD, *DOWNTIME, on_failure("upgrade: restore, after_upgrade: restore"))
    return booted


def runs(vps):
    """Newest first."""
    return json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"]


def verbs(vps):
    return [(run["verb"], run["finished"]["result"]) for run in runs(vps) if run["verb"] != "restart"]


def break_the_bot(vps):
    vps.host.shell(f"echo 'raise SystemExit(3)' >{PROJECT}/bot.py")


def is_as_before(vps, code):
    assert vps.revision() == "002_panels"
    assert vps.sql(EXTRA) == "0"
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "50"
    assert (vps.git("rev-parse", "HEAD"), vps.git("status", "--porcelain")) == (code, "")
    assert not vps.host.path(f"{VERSIONS}/003_tempvc.py").exists()
    assert vps.unit("ActiveState")["ActiveState"] == "active"


def is_held(vps, ended, *words):
    """The failed run is held, nothing went back, and the ledger says why."""
    assert ended.code == 5, str(ended)
    line_with(ended, *words)
    run = runs(vps)[0]
    assert run["finished"]["result"] == "held"
    line_with(vps.orchestrate("show", run["run"]), *words)
    assert beside(vps) == []
    return run["run"]


def test_an_upgrade_that_was_left_half_done_is_undone(vps):
    code = run_yesterdays_code(vps)
    vps.pending(ERROR)
    vps.approve_all()
    ended = vps.apply()
    assert ended.code == 4, str(ended)
    is_as_before(vps, code)
    back, failed = runs(vps)[:2]
    line_with(ended, "on_failure: restore, by run " + back["run"], "Exit 5.")
    line_with(ended, "ok", "exchange")
    line_with(ended, f"run {failed['run']} failed, and run {back['run']} undid it", "Exit 4.")
    line_with(ended, "next: orchestrate confirm " + back["run"])
    assert verbs(vps) == [("rollback", "succeeded"), ("apply", "held")]
    assert (back["target"], back["confirmed"]) == (failed["run"], "appdb")
    assert back["requested_by"] == f"uid 0 (root); by on_failure of run {failed['run']}"
    line_with(vps.orchestrate("show", failed["run"]), "held", "on_failure: restore, by run " + back["run"])
    assert vps.orchestrate("status", "magikal-bot").ok().splitlines()[0] == "magikal-bot  idle"
    again = vps.apply()
    assert again.code == 0, str(again)
    line_with(again, "nothing to do")
    assert vps.orchestrate("rollback", failed["run"], "--confirm", "appdb").code == 2
    confirmed = vps.orchestrate("confirm", back["run"])
    assert confirmed.code == 0 and beside(vps) == [], str(confirmed)


def test_a_service_that_does_not_come_up_on_the_new_code_is_back_on_the_old(vps):
    code = run_yesterdays_code(vps)
    break_the_bot(vps)
    ended = vps.apply("--json")
    assert ended.code == 4, str(ended)
    is_as_before(vps, code)
    told = json.loads(ended.out)
    assert (told["finished"]["exit_code"], told["way_back"]["finished"]["result"]) == (5, "succeeded")
    assert "start failed after the upgrade" in told["finished"]["summary"]


def test_what_others_wrote_meanwhile_is_told_and_kept(vps):
    run_yesterdays_code(vps)
    break_the_bot(vps)
    vps.sql("CREATE TABLE cfg.noted (at timestamptz DEFAULT now()); ALTER TABLE cfg.noted OWNER TO magikal")
    migration = vps.host.path(f"{VERSIONS}/003_tempvc.py")
    text = migration.read_text()
    migration.write_text(text.replace("def upgrade():\n", "def upgrade():\n    op.execute('INSERT INTO cfg.noted DEFAULT VALUES')\n", 1)
                         .replace("def upgrade() -> None:\n", "def upgrade() -> None:\n    op.execute('INSERT INTO cfg.noted DEFAULT VALUES')\n", 1))  # fmt: skip
    assert "noted" in migration.read_text()
    vps.approve_all()
    ended = vps.apply()
    assert ended.code == 4, str(ended)
    line_with(vps.orchestrate("show", runs(vps)[0]["run"]), "cfg.noted")
    assert vps.sql("SELECT count(*) FROM cfg.noted") == "0"
    [kept] = beside(vps)
    assert kept.startswith("appdb_old_")


def test_it_is_done_once(vps):
    run_yesterdays_code(vps)
    vps.pending(ERROR)
    vps.approve_all()
    vps.sql("ALTER ROLE dba NOSUPERUSER NOCREATEDB")  # so the way back fails, before it changes anything
    warned = vps.orchestrate("doctor", "magikal-bot")
    assert warned.code == 1, str(warned)
    line_with(warned, "FAIL", "right to restore")
    ended = vps.apply()
    assert ended.code == 5, str(ended)
    back, failed = runs(vps)[:2]
    line_with(ended, f"run {failed['run']} is held, and run {back['run']} did not bring it back as it was", "Exit 5.")
    line_with(ended, "may not create databases")
    assert verbs(vps) == [("rollback", "failed-unchanged"), ("apply", "held")]
    assert vps.unit("ActiveState")["ActiveState"] == "inactive", "it must not run on half a schema"
    vps.sql("ALTER ROLE dba SUPERUSER")
    for words in (("apply", "magikal-bot"), ("resume", failed["run"])):
        assert vps.orchestrate(*words).code in (2, 5)
    assert len(verbs(vps)) == 2
    assert vps.orchestrate("rollback", failed["run"], "--confirm", "appdb").code == 0


def test_nobody_knows_the_code_of_the_first_run(vps):
    vps.pending(ERROR)
    vps.approve_all()
    before = is_held(vps, vps.apply(), "on_failure: restore was not begun: nobody knows which code ran healthy before it")
    assert vps.orchestrate("rollback", before, "--confirm", "appdb", "--code", "HEAD~1").code == 0


def test_a_dead_run_goes_back_when_it_is_resumed(vps):
    code = run_yesterdays_code(vps)
    vps.pending(STUCK)
    vps.approve_all()
    running = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    running.send(signal.SIGKILL)
    running.wait(30)
    told = vps.apply()
    assert told.code == 5, str(told)
    failed = runs(vps)[0]["run"]
    line_with(told, "next:", "orchestrate resume " + failed)
    ended = vps.orchestrate("resume", failed)
    assert ended.code == 4, str(ended)
    is_as_before(vps, code)
    assert verbs(vps) == [("rollback", "succeeded"), ("apply", "held")]


def test_a_service_that_somebody_started_meanwhile_is_not_robbed_of_what_it_wrote(vps):
    run_yesterdays_code(vps)
    vps.pending(STUCK)
    vps.approve_all()
    running = vps.start_apply()
    vps.wait_for_statement("pg_sleep")
    running.send(signal.SIGKILL)
    running.wait(30)
    vps.host.shell("systemctl start magikal-bot; systemctl stop magikal-bot")
    ended = vps.orchestrate("resume", runs(vps)[0]["run"])
    is_held(vps, ended, "restore was not begun: magikal-bot.service may have run since it was stopped")


def test_a_person_who_stops_the_run_decides(vps):
    run_yesterdays_code(vps)
    vps.use_policy((r"stable_for: \w+", "stable_for: 60s"), ADMIN, *DOWNTIME, on_failure("after_upgrade: restore"))
    before = vps.invocation()
    running = vps.start_apply()
    until("the bot runs on the new code", 60, lambda: vps.revision() == "003_tempvc" and vps.invocation() not in ("", before))
    running.send(signal.SIGINT)
    vps.host.shell("systemctl stop magikal-bot")
    is_held(vps, running.wait(60), "restore was not begun: somebody asked the run to stop, and decides")


def killed_before_the_second_run(vps):
    """Dies at the system call that makes the directory of the run which goes back."""
    strace = ("strace", "-e", "trace=mkdir", "-o", "/root/trace")
    vps.host.run(*strace, "orchestrate", "apply", "magikal-bot")
    made = re.findall(r'^mkdir\("([^"]*)', vps.host.path("/root/trace").read_text(), re.MULTILINE)
    back = runs(vps)[0]["run"]
    [number] = [number for number, path in enumerate(made, 1) if path.endswith(f"/runs/{back}")]
    return ("strace", "-o", "/dev/null", "-e", f"inject=mkdir:signal=KILL:when={number}", "orchestrate", "apply", "magikal-bot")


def test_killed_between_the_two_runs_the_next_command_goes_on(vps):
    def failing():
        code = run_yesterdays_code(vps)
        vps.pending(ERROR)
        vps.approve_all()
        return code

    failing()
    command = killed_before_the_second_run(vps)
    vps.host.run("bash", f"/srv/{vps.project.folder}/host/reset").ok()
    vps.host.shell(f"echo {SUPERUSER} >>/etc/magikal-bot.env")
    code = failing()
    ended = vps.host.run(*command)
    assert ended.code in (-signal.SIGKILL, 128 + signal.SIGKILL), str(ended)
    failed = runs(vps)[0]
    assert failed["finished"]["result"] == "held"
    for words in (("status", "magikal-bot"), ("apply", "magikal-bot"), ("show", failed["run"])):
        line_with(vps.orchestrate(*words), "next:", "orchestrate resume " + failed["run"])
    assert len(verbs(vps)) == 1
    ended = vps.orchestrate("resume", failed["run"])
    assert ended.code == 4, str(ended)
    is_as_before(vps, code)
    assert verbs(vps) == [("rollback", "succeeded"), ("apply", "held")]


def fails_after_the_upgrade(vps, migration, *options, edits=()):
    """With the pipeline that restarts; the way back is a downgrade."""
    vps.use_policy(SHORT_HOLD, on_failure("upgrade: downgrade, after_upgrade: downgrade"), *edits)
    vps.pending("pass")
    vps.host.write(f"{VERSIONS}/003_tempvc.py", migration, owner="magikalbot:magikalbot")
    break_the_bot(vps)
    vps.approve_all()
    return vps.apply(*options)


def test_a_downgrade_that_loses_nothing_is_made(vps):
    day = vps.host.shell("LC_ALL=C date -d '3 days' +%a").strip()
    closed = (r"(?=\npipeline:)", f'\nwindow: {{ days: [{day}], from: "02:00", to: "03:00", timezone: UTC }}\n')
    ended = fails_after_the_upgrade(vps, LOSS_FREE, "--override-window", "--reason", "it is urgent", edits=[closed])
    assert ended.code == 4, str(ended)
    line_with(ended, "on_failure: downgrade, by run " + runs(vps)[0]["run"])
    line_with(ended, "review", "keeps-data")
    line_with(ended, "ok", "as before", "version rows and catalog are as they were")
    line_with(ended, "next: check out the code that belongs to 002_panels, then: systemctl")
    assert (vps.revision(), vps.sql(INDEX)) == ("002_panels", "0")
    assert verbs(vps) == [("downgrade", "succeeded"), ("apply", "held")]


def test_a_downgrade_that_may_lose_something_is_not(vps):
    ended = fails_after_the_upgrade(vps, LOSS_FREE.replace(
        '    op.drop_index("panels_id"', '    op.execute("DELETE FROM cfg.panels")\n    op.drop_index("panels_id"'))  # fmt: skip
    assert ended.code == 5, str(ended)
    line_with(ended, "FAIL", "review", "loses-data")
    line_with(ended, "it is not keeps-data, as was confirmed")
    assert (vps.revision(), vps.sql(INDEX), vps.sql("SELECT count(*) FROM cfg.panels")) == ("003_tempvc", "2", "50")
    assert verbs(vps) == [("downgrade", "blocked"), ("apply", "held")]


def test_a_downgrade_that_undoes_only_half_is_held(vps):
    ended = fails_after_the_upgrade(vps, LOSS_FREE.replace('    op.drop_index("panels_id", "panels", schema="cfg")\n', ""))
    assert ended.code == 5, str(ended)
    line_with(ended, "FAIL", "as before", "did not undo all that the upgrade had done")
    assert verbs(vps) == [("downgrade", "held"), ("apply", "held")]


def test_a_downgrade_does_not_undo_what_a_half_done_revision_left(vps):
    vps.use_policy(SHORT_HOLD, on_failure("upgrade: downgrade"))
    vps.pending(ERROR)
    vps.approve_all()
    is_held(vps, vps.apply(), "downgrade was not begun: a part of a revision may have stayed")


def test_a_policy_under_which_rows_would_be_lost_is_refused(vps):
    vps.use_policy(SHORT_HOLD, ADMIN, on_failure("upgrade: hold, after_upgrade: restore"))
    lines = vps.host.path(vps.project.installed_policy).read_text().splitlines()
    [number] = [number for number, line in enumerate(lines, 1) if line.startswith("on_failure")]
    before = vps.snapshot()
    for words in (("check", vps.project.installed_policy), ("apply", "magikal-bot")):
        refused = vps.orchestrate(*words)
        assert refused.code == 78, str(refused)
        column = lines[number - 1].index("restore") + 1
        line_with(refused, f"magikal-bot.yaml:{number}:{column}: after_upgrade: restore would lose", "put `- stop`", "take")
    assert vps.snapshot() == before
