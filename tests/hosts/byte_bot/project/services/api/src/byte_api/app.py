"""Serves the API. On start it reads every guild by its model, so a schema that does not fit shows at once."""

from advanced_alchemy.base import orm_registry  # noqa: F401
from sqlalchemy import select

from byte_api.lib.db.base import config
from byte_common.models import Guild


async def startup() -> None:
    async with config.get_session() as session:
        guilds = (await session.scalars(select(Guild))).all()
    print(f"{len(guilds)} guilds online", flush=True)


async def application(scope, receive, send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await startup()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def create_app():
    return application
