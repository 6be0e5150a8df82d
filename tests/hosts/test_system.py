"""Our adapters of systemd and its journal, against the real ones: a program of its own, run inside a host."""

import shutil

import debian
from host import Host


def test_the_adapters_of_systemd_and_journal_on_a_booted_host():
    with Host(debian.base(debian.wanted())) as host:
        host.boot()
        shutil.copy(debian.wanted().build / "tests/system/system_host_test", host.path("/usr/bin/"))
        ended = host.run("system_host_test", "--gtest_brief=1", seconds=300)
        assert ended.code == 0, str(ended)
        assert "SKIPPED" not in ended.out, str(ended)
