import os
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).parent.parent


def required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is required")
    return value


@dataclass(frozen=True)
class DatabaseSettings:
    URL: str
    MIGRATION_CONFIG: str = f"{BASE_DIR}/lib/db/alembic.ini"
    MIGRATION_PATH: str = f"{BASE_DIR}/lib/db/migrations"
    MIGRATION_DDL_VERSION_TABLE: str = "ddl_version"


@dataclass(frozen=True)
class GitHubSettings:
    APP_ID: str
    APP_PRIVATE_KEY: str
    APP_CLIENT_ID: str
    APP_CLIENT_SECRET: str


def load_settings() -> tuple[DatabaseSettings, str, GitHubSettings]:
    github = ("APP_ID", "APP_PRIVATE_KEY", "APP_CLIENT_ID", "APP_CLIENT_SECRET")
    return (
        DatabaseSettings(URL=required("DB_URL")),
        required("SECRET_KEY"),
        GitHubSettings(*(required(f"GITHUB_{name}") for name in github)),
    )
