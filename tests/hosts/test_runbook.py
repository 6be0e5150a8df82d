"""The runbook typed by hand, as the project's own document has it: what the host must answer before we automate it."""

from magikal import BACKUPS, PROJECT, UNIT


def test_the_host_is_what_the_runbook_describes(vps):
    assert vps.runbook("current").out == "002_panels\n"
    assert vps.runbook("heads").out == "003_tempvc (head)\n"
    assert vps.unit("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert vps.host.shell("stat --format='%a %U %G' /etc/magikal-bot.env") == "640 root magikalbot\n"
    assert "backup complete" in vps.host.shell(f"tail -40 {BACKUPS}/magikal-db-dump.log")
    assert "panels" in vps.host.shell(f"pg_restore --list {BACKUPS}/appdb-$(date +%F).dump", user="magikalbot")
    assert vps.git("status", "--porcelain").splitlines() == [" M bot.py", "?? migrations/versions/003_tempvc.py"]


def test_the_runbook_takes_the_migration_to_a_restarted_bot(vps):
    before = vps.invocation()
    vps.host.shell(f"cd {PROJECT}; git add .; git commit -m 'restore point before migration work'", user="magikalbot")
    assert vps.runbook("upgrade head").code == 0
    assert vps.runbook("current").out == "003_tempvc (head)\n"
    vps.host.shell(f"systemctl restart {UNIT}; systemctl status {UNIT} --no-pager")
    assert vps.invocation() != before
    assert vps.wait_for_journal("50 panels online")


def test_the_updated_bot_refuses_a_database_that_was_not_upgraded(vps):
    vps.host.shell(f"systemctl restart {UNIT}")
    assert vps.wait_for_journal('column "tempvc_category" does not exist')


def test_a_snapshot_sees_what_a_run_must_not_touch(vps):
    before = vps.snapshot()
    assert vps.snapshot() == before
    changes = {
        "database": lambda: vps.sql("UPDATE cfg.panels SET title = 'other' WHERE id = 1"),
        "checkout": lambda: vps.host.shell(f"cd {PROJECT}; git add bot.py", user="magikalbot"),
        "backups": lambda: vps.host.shell(f"touch {BACKUPS}/appdb-$(date +%F).dump"),
        "service": lambda: vps.host.shell(f"systemctl restart {UNIT}"),  # last: it dies on the old schema
    }
    for part, change in changes.items():
        change()
        after = vps.snapshot()
        assert [name for name in vars(before) if getattr(after, name) != getattr(before, name)] == [part]
        before = after
