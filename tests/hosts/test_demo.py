"""scripts/demo on a host whose PID 1 is systemd: a real service is restarted, and nothing is left behind."""

import shutil

from debian import REPOSITORY
from snapshot import tree


def test_the_demo_takes_its_migration_to_a_restarted_service_and_cleans_up(vps):
    host = vps.host
    for part in ("scripts", "tests/hosts/magikal"):
        shutil.copytree(REPOSITORY / part, host.path(f"/srv/repository/{part}"))
    before = tree(host.path("/etc")), host.run("ls", "/tmp", "/run/systemd/system").ok()
    ended = host.run("env", "ORCHESTRATE=/usr/bin/orchestrate", "/srv/repository/scripts/demo")
    assert ended.code == 0, str(ended)
    assert "orchestrate-demo-bot.service active, stable for 3 s" in ended.out
    assert "tempvc_category" in ended.out
    assert (tree(host.path("/etc")), host.run("ls", "/tmp", "/run/systemd/system").ok()) == before
