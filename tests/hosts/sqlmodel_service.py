"""The SQLModel service: a Makefile for Alembic, a database URL made of five settings, an asynchronous env.py."""

from project import Project

ENV_FILE = "/etc/sqlmodel-service.env"

SQLMODEL_SERVICE = Project(
    app="sqlmodel-service",
    folder="sqlmodel_service",
    user="library",
    checkout="/srv/library",
    versions="app/storage/migrations/versions",
    backups="/var/backups/sqlmodel-service",
    unit="sqlmodel-service.service",
    database="library",
    role="library",
    version_table="public.alembic_version",
    current="8d41e6c2a9f3",
    pending="b27a90e4c5d1",
    alembic=f"set -a; . {ENV_FILE}; set +a; .venv/bin/python -m alembic",
)
