"""The Magikal runbook: a guild bot, its database that a shop shares, its checkout, its dumps, its service."""

from project import Project

ENV_FILE = "/etc/magikal-bot.env"
PROJECT = "/home/magikalbot/magikal-bot"

MAGIKAL = Project(
    app="magikal-bot",
    folder="magikal",
    user="magikalbot",
    checkout=PROJECT,
    versions="migrations/versions",
    backups="/home/magikalbot/backups",
    unit="magikal-bot.service",
    database="appdb",
    role="magikal",
    version_table="cfg.alembic_version",
    current="002_panels",
    pending="003_tempvc",
    alembic=f"set -a; . {ENV_FILE}; set +a; ./.venv/bin/python -m alembic -c migrations/alembic.ini",
)

PASSWORD = MAGIKAL.password
VERSIONS = f"{PROJECT}/{MAGIKAL.versions}"
BACKUPS = MAGIKAL.backups
INSTALLED_POLICY = MAGIKAL.installed_policy
UNIT = MAGIKAL.unit
