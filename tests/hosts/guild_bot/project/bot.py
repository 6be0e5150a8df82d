"""A guild bot: settings, reminders, premium, engagement. It makes sure of its API tables when it starts."""

import asyncio
import logging
import sys

import asyncpg

import config

LOOK_AGAIN_SECONDS = 5

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


async def ensure_api_tables(connection):
    await connection.execute("CREATE TABLE IF NOT EXISTS audit_logs (id bigserial PRIMARY KEY, guild_id bigint, action text)")
    await connection.execute("CREATE TABLE IF NOT EXISTS health_check_history (id bigserial PRIMARY KEY, service text)")


async def due_reminders(connection):
    return await connection.fetch("SELECT id FROM reminders WHERE event_time <= now() AND sent_message_id IS NULL")


async def main():
    connection = await asyncpg.connect(config.DATABASE_URL)
    await ensure_api_tables(connection)
    guilds = await connection.fetchval("SELECT count(DISTINCT guild_id) FROM bot_settings")
    logging.info("%d guilds online", guilds)
    while True:
        await due_reminders(connection)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


asyncio.run(main())
