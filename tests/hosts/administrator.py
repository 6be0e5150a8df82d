"""The role that makes and renames databases for a restore, and what restores leave beside the application's."""

SUPERUSER = "ADMIN_DATABASE_URL=postgresql://dba:Nachtschatten-204@localhost:5432/postgres"
ADMIN = (r"(?m)^  version_table:", "  admin_url: ${ADMIN_DATABASE_URL}\n  version_table:")


def with_administrator(vps, *edits):
    """The host put back to its start, under a policy that names that role."""
    vps.reset()
    vps.use_policy(*edits, ADMIN)
    vps.sql("DROP ROLE IF EXISTS dba; CREATE ROLE dba SUPERUSER LOGIN PASSWORD 'Nachtschatten-204'")
    vps.host.shell(f"echo {SUPERUSER} >>/etc/magikal-bot.env")
    drop_what_is_beside(vps)
    return vps


def databases(vps):
    return vps.sql("SELECT string_agg(datname, ' ') FROM pg_database", "postgres").split()


def beside(vps):
    return sorted(name for name in databases(vps) if name.startswith(("appdb_old_", "appdb_new_")))


def drop_what_is_beside(vps):
    for name in beside(vps):
        vps.sql(f'DROP DATABASE "{name}"', "postgres")
