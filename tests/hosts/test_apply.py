"""The main job: a pending migration becomes a healthy restarted bot, and the ledger knows how."""

import json

from magikal import BACKUPS, PROJECT
from vps import SHORT_HOLD, TAKE_BACKUP, line_with

STAGES = ["preflight", "backup", "review", "restore_point", "upgrade", "post_check", "restart", "journal"]


def test_the_shipped_policy_takes_a_pending_migration_to_a_restarted_bot(vps):
    vps.use_policy()
    head, invocation = vps.git("rev-parse", "HEAD"), vps.invocation()
    shop = vps.sql("SELECT count(*), sum(total) FROM public.orders")

    ended = vps.apply()

    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    assert vps.sql("SELECT version_num FROM public.alembic_version") == "shop_0007"
    assert vps.sql("SELECT count(*), sum(total) FROM public.orders") == shop
    assert vps.git("log", "-1", "--format=%s %P") == f"restore point before migration work {head}"
    assert vps.git("status", "--porcelain") == ""
    assert vps.invocation() != invocation
    assert vps.unit("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert "50 panels online" in vps.journal()
    line_with(ended, "002_panels -> 003_tempvc")
    line_with(ended, "done in")


def test_a_second_apply_has_nothing_to_do(vps):
    assert vps.apply().code == 0
    before = vps.snapshot()
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    line_with(ended, "nothing to do")
    assert vps.snapshot() == before


def test_the_ledger_tells_who_did_what_with_which_evidence(vps):
    assert vps.apply().code == 0
    history = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())
    [run] = history["runs"]
    assert (run["finished"]["exit_code"], run["requested_by"]) == (0, "uid 0 (root)")
    shown = json.loads(vps.orchestrate("show", run["run"], "--json").ok())
    assert [stage["name"] for stage in shown["stages"]] == STAGES
    assert {stage["state"] for stage in shown["stages"]} == {"passed"}
    assert "Running upgrade 002_panels -> 003_tempvc" in vps.orchestrate("logs", run["run"]).ok()
    log = upgrade_log(vps, run["run"])
    assert "Running upgrade 002_panels -> 003_tempvc" in log["text"]
    assert log["truncated"] is False
    assert len(log["text"].encode()) == log["size"]
    assert "003_tempvc" in vps.orchestrate("status", "magikal-bot").ok()
    audit = vps.host.run("journalctl", "--quiet", "--output=cat", f"ORCHESTRATE_RUN_ID={run['run']}").ok()
    assert "upgrade" in audit


def test_logs_in_json_hold_the_last_mebibyte_whatever_bytes_it_has(vps):
    assert vps.apply().code == 0
    run = vps.orchestrate("history", "magikal-bot").ok().split()[0]
    log = vps.host.path(upgrade_log(vps, run)["file"])
    log.write_bytes(b"dropped\n" + b"x" * 2**20 + b"\xff\xfe the end\n")
    end = upgrade_log(vps, run)
    assert end["truncated"] is True
    assert end["size"] == log.stat().st_size
    assert end["text"] == "x" * (2**20 - 11) + "\ufffd\ufffd the end\n"


def upgrade_log(vps, run):
    logs = json.loads(vps.orchestrate("logs", run, "--json").ok())["logs"]
    return next(log for log in logs if log["stage"] == "upgrade")


def test_anybody_may_ask_for_the_status(vps):
    assert vps.apply().code == 0
    status = vps.orchestrate("status", "magikal-bot", "--json", user="magikalbot")
    assert json.loads(status.ok())["schema_version"] == 1


def test_revisions_show_what_is_applied_and_what_is_pending(vps):
    listed = vps.orchestrate("revisions", "magikal-bot")
    line_with(listed, "001_guild_config", "applied")
    line_with(listed, "002_panels", "current")
    line_with(listed, "003_tempvc", "pending")


def test_an_upgrade_may_stop_short_of_head(vps):
    vps.pending("pass")
    vps.pending("pass", revision="004_later", down_revision="003_tempvc")
    ended = vps.apply("--target", "003_tempvc")
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"


def test_a_restore_point_needs_no_git_identity(vps):
    vps.host.shell(f"cd {PROJECT}; git config --unset user.name; git config --unset user.email", user="magikalbot")
    assert vps.apply().code == 0
    assert vps.git("log", "-1", "--format=%s") == "restore point before migration work"


def test_a_backup_of_our_own_is_taken_and_proven(vps):
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP)
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    [dump] = [name for name in vps.snapshot().backups if name.startswith("magikal-bot-") and name.endswith(".dump")]
    assert "TABLE DATA cfg panels" in vps.host.shell(f"pg_restore --list {BACKUPS}/{dump}")
