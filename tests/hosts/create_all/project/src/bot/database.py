"""The engine of the application's database."""

import os

from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base

DATABASE_URL = os.environ["DATABASE_URL"]
Base = declarative_base()


def engine():
    return create_engine(DATABASE_URL)
