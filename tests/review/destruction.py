"""destruction.py URL FILE: runs migrations by Alembic on a real database and prints what each has destroyed.

FILE: {"schema": SQL, "migrations": {NAME: SOURCE}}; stdout: {NAME: {"lost": [WHAT], "error": null or TEXT}}.
"""

import json
import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

TABLES = (
    "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'cfg') ORDER BY 2, 3"
)
COLUMNS = "SELECT attnum, attname FROM pg_attribute WHERE attrelid = :oid AND attnum > 0 AND NOT attisdropped"


def contents(connection):
    """Values as text, by the numbers of table and column, which no rename changes; rows by the key that all have."""
    found = {}
    for oid, schema, table in connection.execute(sa.text(TABLES)).all():
        columns = dict(connection.execute(sa.text(COLUMNS), {"oid": oid}).all())
        name = f'"{schema}"."{table}"'
        values = {}
        for number, column in columns.items():
            key = '"id"' if "id" in columns.values() else "ctid"
            rows = connection.execute(sa.text(f'SELECT {key}::text, "{column}"::text FROM {name}')).all()
            values[number] = (column, {row: value for row, value in rows})
        count = connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar()
        found[oid] = (f"{schema}.{table}", count, values)
    return found


def lost_between(before, after):
    for oid, (table, rows, values) in before.items():
        if oid not in after:
            yield f"table {table}"
            continue
        _, rows_after, values_after = after[oid]
        if rows and rows_after <= rows / 2:
            yield f"rows of {table}"
            continue
        for number, (column, old) in values.items():
            if number not in values_after:
                yield f"column {table}.{column}"
                continue
            new = values_after[number][1]
            changed = sum(1 for key, value in old.items() if value is not None and new.get(key) != value)
            if old and changed >= len(old) / 2:
                yield f"values of {table}.{column}"


def run(engine, schema, source):
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(sa.text("DROP SCHEMA IF EXISTS public, cfg, spare CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public; CREATE SCHEMA cfg; CREATE SCHEMA spare"))
        connection.execute(sa.text(schema))
        before = contents(connection)
        module = {"__name__": "migration"}
        error = None
        try:
            exec(compile(source, "migration", "exec"), module)
            with Operations.context(MigrationContext.configure(connection)):
                module["upgrade"]()
            lost = list(lost_between(before, contents(connection)))
        except Exception as failure:
            lost, error = [], f"{type(failure).__name__}: {failure}".splitlines()[0]
        transaction.rollback()
    return {"lost": lost, "error": error}


def main():
    work = json.load(open(sys.argv[2]))
    engine = sa.create_engine(sys.argv[1])
    json.dump({name: run(engine, work["schema"], source) for name, source in work["migrations"].items()}, sys.stdout)


main()
