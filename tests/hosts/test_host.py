"""The harness itself: hosts are apart from each other and from this machine, and none outlives its test."""

import subprocess
import sys
from pathlib import Path

import pytest

import cgroup
import debian
import host
from host import Host

BOOT_AND_WAIT = """
import host, debian, sys
with host.Host(debian.base(debian.wanted())) as booted:
    booted.boot()
    print(booted.place, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def debian_host():
    with Host(debian.base(debian.wanted())) as booted:
        yield booted.boot()


def test_a_host_is_a_whole_debian_with_its_own_pid_1(debian_host):
    assert debian_host.run("cat", "/proc/1/comm").ok() == "systemd\n"
    assert debian_host.run("systemctl", "--failed", "--quiet").ok() == ""
    assert debian_host.run("psql", "-Atc", "SELECT 1", user="postgres").ok() == "1\n"


def test_two_hosts_do_not_see_each_other(debian_host):
    with Host(debian.base(debian.wanted())) as other:
        other.boot()
        other.run("systemctl", "stop", debian.wanted().cluster).ok()
        other.write("/etc/only-here", "")
        assert debian_host.run("systemctl", "is-active", debian.wanted().cluster).out == "active\n"
        assert not debian_host.path("/etc/only-here").exists()
    assert debian_host.run("systemctl", "is-system-running").out == "running\n"


def test_a_host_whose_test_was_killed_is_gone_at_the_next_start():
    here = Path(host.__file__).parent
    test = subprocess.Popen([sys.executable, "-c", BOOT_AND_WAIT], cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    place = Path(test.stdout.readline().decode().strip())
    assert [pid for group in cgroup.groups(place.name) for pid in cgroup.processes(group)]
    test.kill()
    test.wait()
    with debian.exclusively("running"):
        host.remove_leftovers()
    assert not place.exists()
    assert not any(group.exists() for group in cgroup.groups(place.name))


def test_a_command_that_does_not_end_is_ended(debian_host):
    with pytest.raises(AssertionError, match="no end within 0.2 s"):
        debian_host.run("sleep", "4712", seconds=0.2)
    assert debian_host.run("pgrep", "-f", "sleep 4712").code == 1
