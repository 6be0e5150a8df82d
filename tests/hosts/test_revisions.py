"""Histories that do not fit: what the database is at against what the checkout holds."""

from magikal import PROJECT, VERSIONS
from vps import refused


def test_two_heads_are_named(vps):
    vps.pending("pass", revision="003_other")
    ended = refused(vps, vps.snapshot(), 1, "003_other", "003_tempvc")
    assert "merge" in ended.out + ended.err


def test_a_revision_that_no_file_has_is_named(vps):
    vps.sql("UPDATE cfg.alembic_version SET version_num = 'deadbeef1234'")
    refused(vps, vps.snapshot(), 1, "deadbeef1234")


def test_a_database_that_is_ahead_of_the_checkout_is_named(vps):
    assert vps.apply().code == 0
    vps.host.shell(f"rm {VERSIONS}/003_tempvc.py; cd {PROJECT}; git add -A; git commit -qm 'old code'", user="magikalbot")
    refused(vps, vps.snapshot(), 1, "003_tempvc")


def test_an_empty_database_is_upgraded_from_base(vps):
    vps.pending("pass")
    vps.sql("DROP TABLE cfg.panels, cfg.guild_config, cfg.alembic_version")
    # The bot that runs needs its tables; what is restarted finds them again.
    vps.host.run("/usr/local/bin/magikal-db-dump", user="magikalbot").ok()
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    assert vps.sql("SELECT count(*) FROM cfg.panels") == "0"


def test_tables_without_a_version_table_are_adopted_not_upgraded(vps):
    vps.sql("DROP TABLE cfg.alembic_version")
    vps.host.run("/usr/local/bin/magikal-db-dump", user="magikalbot").ok()
    refused(vps, vps.snapshot(), 1, "orchestrate adopt magikal-bot")


def test_an_empty_version_table_beside_tables_is_not_taken_for_an_empty_database(vps):
    vps.sql("DELETE FROM cfg.alembic_version")
    refused(vps, vps.snapshot(), 1, "orchestrate adopt magikal-bot")
