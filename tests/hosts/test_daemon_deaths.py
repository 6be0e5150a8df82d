"""A daemon or a worker dies in the middle of a run: what that changes, and for how long it is tried again."""

import json

import pytest

import people
import worker
from host import until
from vps import line_with
from worker import DAEMON, property_of, runs


@pytest.fixture(scope="module")
def booted(project):
    with people.boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.mark.parametrize("how", ["kill --signal=KILL", "restart"])
def test_a_daemon_that_dies_in_the_middle_changes_nothing_for_the_run(vps, how):
    with worker.in_the_migration(vps) as client:
        before = property_of(vps, worker.worker_of(vps), "InvocationID")
        vps.host.shell(f"systemctl {how} {DAEMON}")
    ended = client.wait(60)
    assert ended.code == 0, str(ended)
    line_with(ended, "done in")
    assert vps.revision() == "003_tempvc"
    assert property_of(vps, worker.worker_of(vps), "InvocationID") in (before, "")
    assert len(runs(vps)) == 1


def test_a_worker_that_is_killed_in_the_migration_is_judged_by_another(vps):
    with worker.in_the_migration(vps) as client:
        vps.host.shell(f"systemctl kill --signal=KILL {worker.worker_of(vps)}")
        ended = client.wait(90)
    assert ended.code == 1, str(ended)
    line_with(ended, "nothing changed")
    assert vps.revision() == "002_panels"
    [run] = runs(vps)
    assert run["finished"]["result"] == "failed-unchanged"
    assert vps.apply().code == 0


def test_a_worker_that_is_killed_after_the_upgrade_is_brought_to_its_end_by_another(vps):
    vps.use_policy((r"stable_for: \w+", "stable_for: 20s"))
    before = vps.invocation()
    client = vps.start_apply()
    until("the bot was restarted", 60, lambda: vps.invocation() not in ("", before))
    vps.host.shell(f"systemctl kill --signal=KILL {worker.worker_of(vps)}")
    ended = client.wait(90)
    assert ended.code == 0, str(ended)
    [run] = runs(vps)
    assert run["finished"]["result"] == "succeeded"
    assert vps.revision() == "003_tempvc"
    events = json.loads(vps.orchestrate("show", run["run"], "--json").ok())["events"]
    types = [event["type"] for event in events]
    assert types.count("run-finished") == 1, "who follows it sees one end"
    assert types.index("recovery-started") < types.index("run-resumed")


def test_a_run_whose_workers_all_die_is_left_to_a_person_after_three(vps):
    broken = f"/etc/systemd/system/{worker.worker_of(vps)}.d/20-broken.conf"
    with worker.in_the_migration(vps) as client:
        vps.host.write(broken, "[Service]\nExecStartPre=/bin/false\n")
        vps.host.shell(f"systemctl daemon-reload; systemctl kill --signal=KILL {worker.worker_of(vps)}")
        said = "3 workers could not bring it to its end"
        until("the daemon gives up", 90, lambda: said in vps.host.run("journalctl", "-u", DAEMON, "-o", "cat").out)
        vps.host.shell(f"rm {broken}; systemctl daemon-reload")
        assert runs(vps)[0]["finished"] is None
        ended = client.wait(30)
        assert ended.code == 5, str(ended)
        line_with(ended, f"next: orchestrate resume {runs(vps)[0]['run']}")
    assert vps.apply().code == 0, "the next run judges it first"


def test_three_workers_that_began_and_died_are_all_that_there_are(vps):
    """Each is killed at the first that it writes after it has said that it begins."""
    drop_in, trace = worker.traced(vps, "-e", "trace=fdatasync,sendmsg")
    with worker.in_the_migration(vps) as client:
        vps.host.shell(f"systemctl kill --signal=KILL {worker.worker_of(vps)}")
        assert client.wait(90).code == 1
    lines = trace.read_text().splitlines()
    began = next(number for number, line in enumerate(lines) if "recovery-started" in line)
    syncs = sum(line.startswith("fdatasync(") for line in lines[:began])
    vps.reset()
    drop_in.unlink()
    with worker.in_the_migration(vps) as client:
        drop_in, _ = worker.traced(vps, "-e", f"inject=fdatasync:signal=KILL:when={syncs + 1}")
        vps.host.shell(f"systemctl kill --signal=KILL {worker.worker_of(vps)}")
        ended = client.wait(90)
        drop_in.unlink()
        vps.host.shell("systemctl daemon-reload")
    assert ended.code == 5, str(ended)
    run = runs(vps)[0]["run"]
    line_with(ended, f"next: orchestrate resume {run}")
    events = json.loads(vps.orchestrate("show", run, "--json").ok())["events"]
    assert [event["type"] for event in events].count("recovery-started") == 3
    vps.host.shell(f"systemctl restart {DAEMON}")
    worker.wait_until_over(vps)
    assert runs(vps)[0]["finished"] is None, "after a restart of the daemon, too"
    assert vps.apply().code == 0
