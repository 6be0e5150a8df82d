"""The bot. It makes the tables that are not there yet, and only those."""

import logging
import sys
import time

from sqlalchemy.orm import Session

from src.bot.database import Base, engine
from src.bot.models import User

LOOK_AGAIN_SECONDS = 5

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


def main():
    database = engine()
    Base.metadata.create_all(database)
    with Session(database) as session:
        logging.info("%d users known", len(session.query(User).all()))
    while True:
        time.sleep(LOOK_AGAIN_SECONDS)


main()
