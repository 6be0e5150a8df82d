"""Byte Bot: Advanced Alchemy's Python interface instead of Alembic's command line, every revision in an autocommit block."""

from project import Project

ENV_FILE = "/etc/byte-bot.env"

BYTE_BOT = Project(
    app="byte-bot",
    folder="byte_bot",
    user="byte",
    checkout="/srv/byte",
    versions="services/api/src/byte_api/lib/db/migrations/versions",
    backups="/var/backups/byte-bot",
    unit="byte-bot.service",
    database="byte",
    role="byte",
    version_table="public.ddl_version",
    current="73a26ceab2c4",
    pending="f32ee278015d",
    alembic="",  # it has no command line of Alembic
)
