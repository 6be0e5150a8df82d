"""Serves the library: on start it reads every author by its model, so a schema that does not fit shows at once."""

import asyncio
import signal

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import select

from app.models.author import Author
from app.settings import app_settings


async def main() -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    engine = create_async_engine(app_settings.DATABASE_URL)
    async with AsyncSession(engine) as session:
        authors = (await session.execute(select(Author))).scalars().all()
    print(f"{len(authors)} authors online", flush=True)
    await stopped.wait()
    await engine.dispose()


asyncio.run(main())
