from advanced_alchemy.config import AlembicAsyncConfig, SQLAlchemyAsyncConfig
from byte_api.lib.settings import load_settings

database, _, _ = load_settings()

config = SQLAlchemyAsyncConfig(
    connection_string=database.URL,
    alembic_config=AlembicAsyncConfig(
        version_table_name=database.MIGRATION_DDL_VERSION_TABLE,
        script_config=database.MIGRATION_CONFIG,
        script_location=database.MIGRATION_PATH,
    ),
)
