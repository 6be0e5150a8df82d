import os

import pytest

import debian
import magikal
from host import Host


@pytest.fixture(scope="session")
def booted():
    """One booted host for the tests of a file; each test starts from a reset."""
    assert os.geteuid() == 0, "host tests boot containers: run them as root"
    with Host(magikal.layer(), debian.base(debian.BOOKWORM)) as host:
        yield host.boot()


@pytest.fixture
def vps(booted):
    """The Magikal host, as every test finds it."""
    bot = magikal.Magikal(booted)
    bot.reset()
    return bot
