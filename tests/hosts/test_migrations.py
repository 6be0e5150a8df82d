"""Migrations that go wrong, and what the database, the bot and the operator are left with."""

import json
import shutil

from magikal import PROJECT
from debian import REPOSITORY
from vps import SHORT_HOLD, line_with, refused


def rolled_back(vps, ended, before):
    """The upgrade failed and left nothing: exit 1, database and service as before, files too."""
    assert ended.code == 1, str(ended)
    after = vps.snapshot()
    assert (after.database, after.service, after.backups) == (before.database, before.service, before.backups)
    assert without_bytecode(after) == without_bytecode(before)


def without_bytecode(snapshot):
    # A directory's own time changes when the migration's bytecode is written into it.
    return {name: facts for name, facts in snapshot.checkout["files"].items() if name.endswith((".py", ".ini", ".md"))}


def test_a_red_flag_stops_until_it_is_approved_by_name(vps):
    vps.pending('op.drop_column("panels", "title", schema="cfg")')
    ended = refused(vps, vps.snapshot(), 3, "drop-column", "blocks")

    vps.approve(ended)
    vps.host.shell(f"cd {PROJECT}; sed -i 's/, \"title\"//' bot.py", user="magikalbot")
    approved = vps.apply()
    assert approved.code == 0, str(approved)
    assert vps.revision() == "003_tempvc"

    run = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"][0]["run"]
    shown = json.loads(vps.orchestrate("show", run, "--json").ok())
    [review] = [stage for stage in shown["stages"] if stage["name"] == "review"]
    [flag] = [one for one in review["outcome"]["findings"] if one["rule"] == "drop-column"]
    assert flag["approved_by"].startswith("root at ") and flag["approved_by"].endswith(": agreed on")
    assert "values of cfg.panels.title now" in flag["effect"]


def test_an_approval_does_not_outlive_an_edit_of_its_migration(vps):
    vps.pending('op.drop_column("panels", "title", schema="cfg")')
    vps.approve(vps.apply())
    vps.pending('op.drop_column("panels", "title", schema="cfg")\nop.execute("SELECT 1")')
    refused(vps, vps.snapshot(), 3, "drop-column")


def test_a_change_outside_the_schema_is_a_red_flag(vps):
    vps.pending('op.add_column("orders", sa.Column("note", sa.Text), schema="public")')
    refused(vps, vps.snapshot(), 3, "public")


def test_a_transactional_migration_that_fails_leaves_nothing(vps):
    vps.pending('op.create_table("tempvc", sa.Column("id", sa.Integer), schema="cfg")\nop.execute("SELECT 1 / 0")')
    before = vps.snapshot()
    ended = vps.apply()
    rolled_back(vps, ended, before)
    line_with(ended, "division by zero")


def test_a_migration_that_commits_on_its_own_and_fails_is_held(vps):
    vps.pending(
        """
with op.get_context().autocommit_block():
    op.execute("CREATE TABLE cfg.half (id int)")
op.execute("SELECT 1 / 0")
"""
    )
    service = vps.snapshot().service
    ended = vps.apply_approving()
    assert ended.code == 5, str(ended)
    line_with(ended, "held")
    assert vps.sql("SELECT to_regclass('cfg.half')") == "cfg.half"
    assert vps.snapshot().service == service


def test_what_a_migration_leaves_running_is_ended_with_it(vps):
    vps.pending('subprocess.Popen(["setsid", "sleep", "4711"])')
    ended = vps.apply_approving()
    assert ended.code == 0, str(ended)
    assert vps.host.run("pgrep", "-f", "sleep 4711").code == 1


def test_two_hundred_megabytes_of_output_are_kept_in_a_file_and_not_in_memory(vps):
    vps.pending('line = "x" * 99 + "\\n"\nfor _ in range(200):\n    sys.stdout.write(line * 10_000)')
    vps.approve_all()
    shutil.copy(REPOSITORY / "tests/bench/measure.py", vps.host.path("/srv/measure.py"))
    ended = vps.host.run("python3", "/srv/measure.py", "orchestrate", "apply", "magikal-bot")
    measured = json.loads(ended.ok())
    assert measured["exit"] == 0, str(ended)
    assert measured["peak_bytes"] < 40_000_000
    assert int(vps.host.shell("du --bytes --summarize /var/lib/orchestrate | cut -f1")) > 200_000_000


def test_output_that_is_not_utf8_survives(vps):
    vps.pending(r'sys.stdout.buffer.write(b"caf\xe9 \xff\xfe\n")')
    assert vps.apply_approving().code == 0


def test_a_bot_that_dies_seconds_after_its_restart_is_held(vps):
    vps.use_policy()
    vps.pending("pass")
    bot = vps.host.path(f"{PROJECT}/bot.py")
    bot.write_text("import os, threading\n\nthreading.Timer(3, os._exit, [1]).start()\n" + bot.read_text())
    ended = vps.apply()
    assert ended.code == 5, str(ended)
    assert vps.revision() == "003_tempvc"
    line_with(ended, "journalctl -u magikal-bot.service")


def test_a_bot_that_does_not_fit_its_schema_is_held_and_finished_by_the_next_apply(vps):
    new_bot = vps.host.path(f"{PROJECT}/bot.py").read_text()
    vps.pending("pass")
    old_bot = vps.host.path(f"{PROJECT}/bot.py").read_text()
    vps.host.path(f"{PROJECT}/bot.py").write_text(new_bot)
    ended = vps.apply()
    assert ended.code == 5, str(ended)
    line_with(ended, "orchestrate apply magikal-bot")

    vps.host.path(f"{PROJECT}/bot.py").write_text(old_bot)
    finished = vps.apply()
    assert finished.code == 0, str(finished)
    assert "50 panels online" in vps.journal()

