"""Magikal: a guild bot. It keeps its panels in PostgreSQL and looks at them again every few seconds."""

import logging
import os
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg2

PANEL_COLUMNS = ["id", "guild_id", "title", "tempvc_category"]
LOOK_AGAIN_SECONDS = 5

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


def connect():
    url = urlsplit(os.environ["DATABASE_URL"])
    return psycopg2.connect(urlunsplit(url._replace(scheme="postgresql")))


def panels(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(PANEL_COLUMNS)} FROM cfg.panels")
        return cursor.fetchall()


def main():
    connection = connect()
    logging.info("%d panels online", len(panels(connection)))
    while True:
        time.sleep(LOOK_AGAIN_SECONDS)
        panels(connection)


main()
