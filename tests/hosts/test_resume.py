"""A run that died or is held: gone on with, given up, and, while it lives, asked to stop from another terminal."""

import signal

from magikal import BACKUPS, UNIT
from test_interrupted_upgrade import give_lock_back, rights, upgrade_that_waits  # noqa: F401
from vps import SHORT_HOLD, TAKE_BACKUP, line_with

WAITING = "ALTER TABLE cfg.panels"


def test_a_dead_run_goes_on_under_its_own_name(vps):
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement(WAITING)
        run.send(signal.SIGKILL)
        run.wait(30)
    resumed = vps.orchestrate("resume", only_run(vps))
    assert resumed.code == 0, str(resumed)
    assert vps.revision() == "003_tempvc"
    assert len(vps.orchestrate("history", "magikal-bot").ok().splitlines()) == 1
    again = vps.orchestrate("resume", only_run(vps))
    assert again.code == 2, str(again)
    line_with(again, "it has ended well")


def test_a_resumed_run_keeps_the_dump_that_it_had_taken(vps):
    with upgrade_that_waits(vps, TAKE_BACKUP) as run:
        vps.wait_for_statement(WAITING)
        run.send(signal.SIGKILL)
        run.wait(30)
    [taken] = dumps(vps)
    resumed = vps.orchestrate("resume", only_run(vps))
    assert resumed.code == 0, str(resumed)
    line_with(resumed, taken, "kept from before", "hashed again")
    assert dumps(vps) == [taken]


def dumps(vps) -> list[str]:
    """Those that a run has taken."""
    return [file.name for file in vps.host.path(BACKUPS).glob("magikal-bot-*.dump")]


def test_a_restart_that_is_owed_is_finished_without_a_second_upgrade(vps):
    vps.host.shell(f"sed -i 's|^ExecStart=|ExecStart=/bin/false |' /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    held = vps.apply()
    assert held.code == 5, str(held)
    vps.host.shell(f"sed -i 's|^ExecStart=/bin/false |ExecStart=|' /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    resumed = vps.orchestrate("resume", only_run(vps))
    assert resumed.code == 0, str(resumed)
    assert vps.unit("ActiveState") == {"ActiveState": "active"}
    assert vps.orchestrate("logs", only_run(vps)).ok().count("Running upgrade 002_panels") == 1


def test_a_command_that_ran_after_the_upgrade_is_not_run_twice(vps):
    count = "/home/magikalbot/backups/ran"
    once = (r"(?=  - restart:)", f'  - command: {{ argv: [sh, -c, "echo once >> {count}"] }}\n')
    vps.use_policy(SHORT_HOLD, once)
    vps.host.shell(f"sed -i 's|^ExecStart=|ExecStart=/bin/false |' /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    assert vps.apply().code == 5
    vps.host.shell(f"sed -i 's|^ExecStart=/bin/false |ExecStart=|' /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    resumed = vps.orchestrate("resume", only_run(vps))
    assert resumed.code == 0, str(resumed)
    assert vps.host.shell(f"cat {count}") == "once\n"


def test_a_changed_policy_is_no_longer_the_same_run(vps):
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement(WAITING)
        run.send(signal.SIGKILL)
        run.wait(30)
    vps.use_policy()
    refused = vps.orchestrate("resume", only_run(vps))
    assert refused.code == 2, str(refused)
    line_with(refused, "has changed since", "orchestrate apply magikal-bot")


def test_a_held_run_is_given_up_with_a_reason(vps):
    vps.host.shell(f"sed -i 's|^ExecStart=|ExecStart=/bin/false |' /etc/systemd/system/{UNIT}; systemctl daemon-reload")
    assert vps.apply().code == 5
    refused = vps.orchestrate("abort", only_run(vps))
    assert refused.code == 2, str(refused)
    assert vps.orchestrate("abort", only_run(vps), "--reason", "the bot is retired").code == 0
    after = vps.apply()
    assert after.code == 0, str(after)
    line_with(after, "nothing to do")


def test_a_dead_run_is_given_up(vps):
    before = vps.snapshot()
    with upgrade_that_waits(vps) as run:
        vps.wait_for_statement(WAITING)
        run.send(signal.SIGKILL)
        run.wait(30)
    ended = vps.orchestrate("abort", only_run(vps))
    assert ended.code == 0, str(ended)
    assert vps.snapshot().database == before.database


def test_a_run_under_way_is_stopped_by_force_from_another_terminal(vps):
    before = vps.snapshot()
    with upgrade_that_waits(vps, (r"lock_timeout: 5s", "lock_timeout: 1min")) as run:
        vps.wait_for_statement(WAITING)
        cancelled = vps.orchestrate("cancel", only_run(vps), "--force")
        ended = run.wait(30)
    assert (cancelled.code, ended.code) == (0, 1), f"{cancelled}{ended}"
    assert vps.snapshot().database == before.database
    assert "cancel-requested" in vps.orchestrate("show", only_run(vps), "--json").ok()


def test_a_cancel_during_the_upgrade_lets_it_finish(vps):
    with upgrade_that_waits(vps, (r"lock_timeout: 5s", "lock_timeout: 1min")) as run:
        vps.wait_for_statement(WAITING)
        asking = vps.host.start("orchestrate", "cancel", only_run(vps))
        line = vps.host.run("sh", "-c", "until journalctl -q -t orchestrate | grep -q cancel-requested; do :; done")
        assert line.code == 0, str(line)
        give_lock_back(vps)
        ended = run.wait(60)
        assert asking.wait(30).code == 0
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"


def only_run(vps) -> str:
    [line] = vps.orchestrate("history", "magikal-bot").ok().splitlines()
    return line.split()[0]
