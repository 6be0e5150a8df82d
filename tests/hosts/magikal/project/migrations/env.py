import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, pool

SCHEMA = "cfg"

fileConfig(context.config.config_file_name)


def options(**connection):
    return dict(
        target_metadata=None,
        include_schemas=True,
        include_name=lambda name, kind, parents: kind != "schema" or name == SCHEMA,
        version_table_schema=SCHEMA,
        **connection,
    )


def run_offline():
    context.configure(url=os.environ["ALEMBIC_DATABASE_URL"], literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def run_online():
    engine = create_engine(os.environ["ALEMBIC_DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, **options())
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
