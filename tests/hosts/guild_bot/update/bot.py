"""A guild bot: settings, reminders, premium, engagement. Its schema is the migrations' business alone."""

import asyncio
import logging
import sys

import asyncpg

import config

SCHEMA = "022_api_observability_tables"
LOOK_AGAIN_SECONDS = 5

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


async def check_migrations(connection):
    at = await connection.fetchval("SELECT version_num FROM alembic_version")
    if at != SCHEMA:
        sys.exit(f"CRITICAL the database is at {at}, this bot needs {SCHEMA}")


async def due_reminders(connection):
    return await connection.fetch("SELECT id FROM reminders WHERE event_time <= now() AND sent_message_id IS NULL")


async def main():
    connection = await asyncpg.connect(config.DATABASE_URL)
    await check_migrations(connection)
    guilds = await connection.fetchval("SELECT count(DISTINCT guild_id) FROM bot_settings")
    logging.info("%d guilds online", guilds)
    while True:
        await due_reminders(connection)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


asyncio.run(main())
