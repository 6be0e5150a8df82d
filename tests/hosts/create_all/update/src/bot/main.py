"""The bot. Its tables are made by the migrations, before it starts."""

import logging
import sys
import time

from sqlalchemy.orm import Session

from src.bot.database import engine
from src.bot.models import User

LOOK_AGAIN_SECONDS = 5

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


def main():
    database = engine()
    with Session(database) as session:
        logging.info("%d users known", len(session.query(User).all()))
    while True:
        time.sleep(LOOK_AGAIN_SECONDS)


main()
