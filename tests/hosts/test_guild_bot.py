"""The guild bot: 22 revisions, a `.env` of its own, asyncpg; what its document says that may happen to its database."""

import json

import pytest

from guild_bot import GUILD_BOT
from rehearsed import upgraded_as_rehearsed
from vps import line_with, refused

# As its document lists them, migration by migration.
TABLES = """
bot_settings settings_history reminders onboarding guild_onboarding_questions guild_rules support_tickets faq_entries
faq_search_logs audit_logs health_check_history premium_subs terms_acceptance app_reflections automod_rules
automod_actions automod_logs automod_stats automod_user_history custom_commands gpt_usage gdpr_acceptance
config_audit_log growth_checkins engagement_badges engagement_og_claims engagement_og_setup engagement_challenges
engagement_participants engagement_weekly_messages engagement_weekly_awards engagement_weekly_results engagement_streaks
alembic_version
""".split()


@pytest.fixture(scope="module")
def project():
    return GUILD_BOT


def test_an_empty_database_is_upgraded_from_base(vps):
    vps.host.run("systemctl", "stop", GUILD_BOT.unit).ok()
    vps.sql("DROP DATABASE guildbot", "postgres")
    vps.sql("CREATE DATABASE guildbot OWNER guildbot", "postgres")

    ended = vps.apply()

    # Nothing to approve: each index is built on a table of the same run, each DELETE says which rows.
    assert ended.code == 0, str(ended)
    assert "red flag" not in line_with(ended, "22 revisions")
    assert vps.revision() == "022_api_observability_tables"
    assert sorted(vps.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").split()) == sorted(TABLES)
    assert vps.sql("SELECT tablename FROM pg_policies ORDER BY 1").split() == ["premium_subs", "terms_acceptance"]
    assert "0 guilds online" in vps.journal()


def test_one_revision_forward_tells_of_its_indexes_and_keeps_the_data(vps):
    ended = vps.apply()

    assert ended.code == 0, str(ended)  # of so small a table nobody waits for long
    line_with(ended, "create-index-not-concurrently  [warning]")
    line_with(ended, "idx_reminders_event_time on public.reminders", "nobody can write", "128 KiB")
    assert vps.revision() == "022_api_observability_tables"
    assert vps.sql("SELECT count(*) FROM reminders") == "500"
    assert vps.sql("SELECT to_regclass('idx_reminders_event_time')") == "idx_reminders_event_time"
    assert "12 guilds online" in vps.journal()
    assert vps.git("log", "-1", "--format=%s") == "The bot, at migration 021"  # the branch stays where it was
    assert vps.git("for-each-ref", "refs/orchestrate").count("\n") == 0
    [dump] = [name for name in vps.snapshot().backups if name.endswith(".dump")]
    assert "TABLE DATA public reminders" in vps.host.shell(f"pg_restore --list {GUILD_BOT.backups}/{dump}")


def test_what_is_rehearsed_is_what_runs(vps):
    facts = upgraded_as_rehearsed(vps)
    assert {lock["table"] for lock in facts["locks"]} == {"public.audit_logs", "public.health_check_history", "public.reminders"}
    assert (facts["way_back"], facts["losses"]) == ("works", [])


def test_all_revisions_from_base_run_as_rehearsed(vps):
    vps.host.run("systemctl", "stop", GUILD_BOT.unit).ok()
    vps.sql("DROP DATABASE guildbot", "postgres")
    vps.sql("CREATE DATABASE guildbot OWNER guildbot", "postgres")
    assert len(upgraded_as_rehearsed(vps)["revisions_us"]) == 22


def test_the_bot_asks_for_the_status_without_a_privilege(vps):
    vps.approve_all()
    assert vps.apply().code == 0
    status = json.loads(vps.orchestrate("status", "guild-bot", "--json", user="guildbot").ok())
    assert (status["state"], status["last"]["versions"]["target"]) == ("idle", ["022_api_observability_tables"])
    assert status["last"]["finished"]["result"] == "succeeded"


def test_a_database_from_before_alembic_is_refused_and_named_for_adoption(vps):
    vps.sql("DROP TABLE alembic_version")
    ended = refused(vps, vps.snapshot(), 1, "there is no public.alembic_version", "tables already")
    line_with(ended, "next: orchestrate adopt guild-bot")


def test_a_stamp_at_a_revision_of_nowhere_is_refused_by_name(vps):
    vps.runbook("stamp head").ok()
    vps.sql("UPDATE alembic_version SET version_num = '023_voice_stats'")
    ended = refused(vps, vps.snapshot(), 1, "the database is at 023_voice_stats", "ahead of this checkout")
    line_with(ended, "next:", "git -C /opt/guild-bot log --all --oneline -S 023_voice_stats")


def test_a_stamp_is_put_right_where_the_schema_agrees_and_only_there(vps):
    vps.sql("UPDATE alembic_version SET version_num = '023_voice_stats'")
    before = vps.snapshot()
    wrong = vps.orchestrate("stamp", "guild-bot", "019", "--reason", "the row is of another branch")
    assert wrong.code == 3, str(wrong)
    line_with(wrong, "020_engagement_system is still to make the table public.engagement_badges, and the database has it")
    assert vps.snapshot().database == before.database
    dry = vps.orchestrate("stamp", "guild-bot", "021", "--reason", "the row is of another branch", "--dry-run")
    assert dry.code == 0, str(dry)
    assert vps.snapshot().database == before.database

    ended = vps.orchestrate("stamp", "guild-bot", "021", "--reason", "the row is of another branch")

    assert ended.code == 0, str(ended)
    line_with(ended, "023_voice_stats -> 021_cleanup_module_status")
    line_with(ended, "next: orchestrate plan guild-bot")
    history = json.loads(vps.orchestrate("history", "guild-bot", "--json").ok())["runs"]
    assert (history[0]["verb"], history[0]["reason"]) == ("stamp", "the row is of another branch")
    vps.approve_all()
    assert vps.apply().code == 0
    assert vps.revision() == "022_api_observability_tables"


def test_an_upgrade_from_a_stamp_behind_the_schema_changes_nothing_and_names_the_stamp(vps):
    vps.runbook("stamp 019").ok()
    vps.approve_all()
    before = vps.snapshot()
    ended = vps.apply()
    assert ended.code == 1, str(ended)
    line_with(ended, "engagement_badges", "already exists")
    line_with(ended, "next:", "orchestrate stamp guild-bot REV --reason")
    after = vps.snapshot()
    assert (after.database, after.service) == (before.database, before.service)


def test_an_upgrade_from_a_stamp_past_the_schema_changes_nothing_and_names_the_stamp(vps):
    vps.sql("DROP TABLE engagement_streaks; ALTER TABLE bot_settings RENAME TO settings")
    vps.runbook("stamp 020_engagement_system").ok()
    vps.approve_all()
    before = vps.snapshot()
    ended = vps.apply()
    assert ended.code == 1, str(ended)
    line_with(ended, "bot_settings", "does not exist")
    line_with(ended, "stamped past it")
    after = vps.snapshot()
    assert (after.database, after.service) == (before.database, before.service)


def test_rows_that_a_policy_hides_from_their_owner_are_not_left_out_of_the_dump(vps):
    vps.sql("ALTER TABLE premium_subs FORCE ROW LEVEL SECURITY")
    vps.approve_all()
    ended = refused(vps, vps.snapshot(), 1, "row-level security policy", "premium_subs")
    line_with(ended, "BYPASSRLS")


def test_one_revision_back_tells_its_grade_first_and_leaves_the_bot_to_its_operator(vps):
    vps.approve_all()
    assert vps.apply().code == 0
    before = vps.snapshot()

    asked = vps.orchestrate("downgrade", "guild-bot", "-1")
    assert asked.code == 3, str(asked)
    line_with(asked, "keeps-data", "one transaction that deletes nothing")
    line_with(asked, "next:", "orchestrate downgrade guild-bot -1 --confirm keeps-data")
    unchanged(vps, before)
    wrong = vps.orchestrate("downgrade", "guild-bot", "-1", "--confirm", "loses-data")
    assert wrong.code == 3, str(wrong)
    unchanged(vps, before)
    rehearsed = vps.orchestrate("downgrade", "guild-bot", "-1", "--confirm", "keeps-data", "--dry-run")
    assert rehearsed.code == 0, str(rehearsed)
    line_with(rehearsed, "downgrade", "run the project's command")
    unchanged(vps, before)

    ended = vps.orchestrate("downgrade", "guild-bot", "-1", "--confirm", "keeps-data")

    assert ended.code == 0, str(ended)
    line_with(ended, "022_api_observability_tables -> 021_cleanup_module_status")
    line_with(ended, "next: check out the code that belongs to 021_cleanup_module_status", "systemctl restart guild-bot.service")
    after = vps.snapshot()
    assert vps.revision() == "021_cleanup_module_status"
    assert vps.sql("SELECT to_regclass('idx_reminders_event_time')") == ""
    assert vps.sql("SELECT count(*) FROM reminders") == "500"
    assert after.service == before.service
    assert len(after.backups) == len(before.backups) + 2  # a dump and its manifest
    history = json.loads(vps.orchestrate("history", "guild-bot", "--json").ok())["runs"]
    assert (history[0]["verb"], history[0]["confirmed"], history[0]["target"]) == ("downgrade", "keeps-data", "-1")
    again = vps.apply()
    assert again.code == 0, str(again)
    assert vps.revision() == "022_api_observability_tables"


def test_a_way_back_that_leads_nowhere_is_refused_and_a_backup_named(vps):
    text = vps.host.path(f"{GUILD_BOT.checkout}/{GUILD_BOT.versions}/021_cleanup_module_status.py")
    head, _, _ = text.read_text().partition("def downgrade()")
    text.write_text(head + "def downgrade() -> None:\n    raise NotImplementedError\n")
    before = vps.snapshot()
    ended = vps.orchestrate("downgrade", "guild-bot", "020_engagement_system")
    assert ended.code == 3, str(ended)
    line_with(ended, "restore-only")
    line_with(ended, "next:", "restore the backup")
    unchanged(vps, before)
    nowhere = vps.orchestrate("downgrade", "guild-bot", "022_api_observability_tables")
    assert nowhere.code == 1, str(nowhere)
    line_with(nowhere, "it is not applied")
    unchanged(vps, before)


def unchanged(vps, before) -> None:
    after = vps.snapshot()
    assert (after.database, after.checkout, after.service, after.backups) == (
        before.database,
        before.checkout,
        before.service,
        before.backups,
    )
