"""A project that made its tables with create_all() until today: an event bot whose User model production lacks columns of."""

from project import Project

EVENT_BOT = Project(
    app="event-bot",
    folder="create_all",
    user="eventbot",
    checkout="/srv/event-bot",
    versions="migrations/versions",
    backups="/var/backups/event-bot",
    unit="event-bot.service",
    database="events",
    role="eventbot",
    version_table="public.alembic_version",
    current="0001",
    pending="0002",
    alembic="set -a; . ./.env; set +a; .venv/bin/python -m alembic",
)
