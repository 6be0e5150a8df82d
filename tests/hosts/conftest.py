import os

import pytest

import magikal
from vps import Vps


@pytest.fixture(scope="session")
def booted():
    """One booted host for the tests of a file; each test starts from a reset."""
    assert os.geteuid() == 0, "host tests boot containers: run them as root"
    with magikal.boot() as host:
        yield Vps(host)


@pytest.fixture
def vps(booted):
    """The Magikal host, as every test finds it."""
    booted.reset()
    return booted
