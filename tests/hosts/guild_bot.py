"""The guild bot with 22 revisions: a `.env` that it loads itself, asyncpg for the bot and for Alembic, row level security."""

from project import Project

GUILD_BOT = Project(
    app="guild-bot",
    folder="guild_bot",
    user="guildbot",
    checkout="/opt/guild-bot",
    versions="alembic/versions",
    backups="/var/backups/guild-bot",
    unit="guild-bot.service",
    database="guildbot",
    role="guildbot",
    version_table="public.alembic_version",
    current="021_cleanup_module_status",
    pending="022_api_observability_tables",
    alembic=".venv/bin/python -m alembic",
)
