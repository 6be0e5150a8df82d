from advanced_alchemy.alembic.commands import AlembicCommands
from byte_api.lib.db.base import config

if __name__ == "__main__":
    print("Running database migrations...")
    AlembicCommands(sqlalchemy_config=config).upgrade()
    print("Migrations complete!")
