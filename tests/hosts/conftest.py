import os

import pytest

import debian
from magikal import MAGIKAL
from project import boot
from vps import Vps


@pytest.fixture(scope="session", autouse=True)
def release():
    """The Debian that these tests are about: when it is not this machine's own it may be out of reach."""
    release = debian.wanted()
    try:
        debian.base(release), release.build
    except debian.Absent as absent:
        pytest.skip(str(absent))
    return release


@pytest.fixture(scope="module")
def project():
    """Whose host a file of tests is about; a file about another project has a fixture of this name."""
    return MAGIKAL


@pytest.fixture(scope="module")
def booted(project):
    """One booted host for the tests of a file; each test starts from a reset."""
    assert os.geteuid() == 0, "host tests boot containers: run them as root"
    with boot(project) as host:
        yield Vps(host, project)


@pytest.fixture
def vps(booted):
    """The project's host, as every test finds it."""
    booted.reset()
    return booted
