"""Who reads the runs over the bus, and what they are told."""

import json
import signal

import pytest

import people
import worker
from people import OPERATORS, OPERATORS_RULE, READERS_RULE, with_a_password
from vps import line_with
from worker import BUS, MANAGER, NO, hostile, path_of_a_run, refusal, run_call, run_path, runs


@pytest.fixture(scope="module")
def booted(project):
    with people.boot(project) as host:
        yield worker.WorkerVps(host, project)


def test_a_stranger_learns_nothing_of_a_run_by_looking_at_the_bus_or_at_systemd(vps):
    program = hostile(vps)
    listener = vps.host.start("python3", program, "listen", "0", user="eve")
    assert listener.child.stdout.readline() == b"listening\n"
    with worker.in_the_migration(vps) as client:
        run = runs(vps)[0]["run"]
        vps.host.run("orchestrate", "show", run).ok()
        run_call(vps, "root", run_path(run), "GetState").ok()
        looks = [("call", BUS, path, "org.freedesktop.DBus.Properties", "GetAll", "s", f"{BUS}.Run") for path in (MANAGER, run_path(run))]
        looks += [("call", BUS, path, "org.freedesktop.DBus.Introspectable", "Introspect") for path in (MANAGER, run_path(run))]
        looks += [("get-property", BUS, run_path(run), f"{BUS}.Run", "State"), ("call", BUS, run_path(run), f"{BUS}.Run", "GetState")]
        for words in looks:
            looked = vps.host.run("busctl", "--system", "--timeout=10", *words, user="eve")
            assert looked.code != 0 and run.replace("-", "_") not in looked.err, str(looked)
        shown = vps.host.run("systemctl", "show", worker.worker_of(vps), user="eve").ok()
        assert "\nStatusText=\n" in f"\n{shown}" or "StatusText=" not in shown, shown
        known, unknown = (refusal(vps, "eve", "GetRun", "s", each) for each in (run, "20200101-000000-0000"))
        assert known == unknown
    assert client.wait(60).code == 0
    listener.send(signal.SIGTERM)
    heard = listener.wait(10).ok()
    assert "orchestrate" in heard, "systemd's word that the worker was started"
    for word in (run, run.replace("-", "_"), "003_tempvc", "upgrade", f"{BUS}.Run"):
        assert word not in heard


def test_who_may_read_hears_of_changes_at_most_four_times_a_second(vps):
    program = hostile(vps)
    with worker.in_the_migration(vps) as client:
        run = runs(vps)[0]["run"]
        listener = vps.host.start("python3", program, "count", "5", run_path(run))
        assert listener.child.stdout.readline() == b"listening\n"
        busy = f"for i in $(seq 400); do printf '%s step %s\n' {run} $i 1<>{worker.state_of(vps)}/worker.words; sleep 0.01; done"
        vps.host.shell(busy, user="magikalbot")
        heard = int(listener.wait(20).ok())
    assert 8 <= heard <= 21, "5 s"
    assert client.wait(60).code == 0


@pytest.mark.parametrize("verb", ["history", "status", "show", "logs"])
def test_who_may_not_read_the_ledger_types_a_password_for_that_too(vps, verb):
    path_of_a_run(vps)
    run = runs(vps)[0]["run"]
    shown, ended = with_a_password(vps, verb, run if verb in ("show", "logs") else "magikal-bot")
    assert ended.code == 0, f"{shown}{ended}"
    assert "org.orchestrate.read" in shown
    assert "upgrade" in ended.out or run in ended.out


def test_who_may_read_runs_but_not_the_ledger_is_told_them_by_the_daemon(vps):
    path_of_a_run(vps)
    run = runs(vps)[0]["run"]
    questions = [("status", "magikal-bot"), ("history", "magikal-bot"), ("show", run), ("show", run, "--json")]
    known = [vps.orchestrate(*words).ok() for words in questions]
    for words in questions:
        refused = vps.orchestrate(*words, user="eve")
        assert refused.code == 77, str(refused)
        line_with(refused, "polkit does not let you org.orchestrate.read")
    vps.host.write(OPERATORS, READERS_RULE)
    vps.host.shell("systemctl restart polkit")
    told = [vps.orchestrate(*words, user="ana").ok() for words in questions]
    logs, known_logs = (vps.orchestrate("logs", run, *words, user="ana").ok() for words in ((), ("--json",)))
    everything = vps.orchestrate("status", user="eve")
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert told[1:] == known[1:]
    assert run in told[0] and "last run" in told[0]
    assert logs == vps.orchestrate("logs", run).ok()
    assert known_logs == vps.orchestrate("logs", run, "--json").ok()
    assert "== upgrade" in logs and "003_tempvc" in logs
    assert everything.code == 0, "one app that may not be read hides none of the others"
    line_with(everything, "warning", "polkit does not let you")
    assert vps.orchestrate("show", "20200101-000000-0000", user="ana").code == 77


@pytest.mark.parametrize("put", ["rm {log}; ln -s /etc/hostname {log}", "rm {log}; mkfifo -m 644 {log}", "rm {log}; ln /srv/linked {log}",
                                 "mv {run} {run}-2; ln -s {run}-2 {run}"])  # fmt: skip
def test_what_is_put_in_the_place_of_a_log_is_not_told(vps, put):
    run = path_of_a_run(vps)
    stages = f"{worker.state_of(vps)}/runs/{runs(vps)[0]['run']}"
    vps.host.shell("echo linked > /srv/linked; chown magikalbot /srv/linked; chmod a+r /srv/linked")
    vps.host.shell(put.format(log=f"{stages}/upgrade.log", run=stages))
    refused = run_call(vps, "root", run, "Log", "s", "upgrade")
    assert refused.code != 0 and "read /var/lib/orchestrate/magikal-bot/runs/" in refused.err, str(refused)
    for stage in ("../../../etc/passwd", "", "../../ledger"):
        assert "no such stage" in run_call(vps, "root", run, "Log", "s", stage).err
    assert NO in run_call(vps, "eve", run, "Log", "s", "upgrade").err


def test_of_a_long_log_the_daemon_tells_the_end_and_says_so(vps):
    path_of_a_run(vps)
    run = runs(vps)[0]["run"]
    vps.host.shell(f"seq 200000 >> {worker.state_of(vps)}/runs/{run}/upgrade.log")
    vps.host.write(OPERATORS, READERS_RULE)
    vps.host.shell("systemctl restart polkit")
    told = vps.orchestrate("logs", run, user="ana").ok()
    [upgrade] = [log for log in json.loads(vps.orchestrate("logs", run, "--json", user="ana").ok())["logs"] if log["stage"] == "upgrade"]
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert "== upgrade  the last 1048576 of 1" in told and "\n200000\n" in told
    assert upgrade["truncated"] and upgrade["text"].endswith("\n200000\n")


def test_whoever_asked_for_a_run_may_read_it(vps):
    vps.host.write(OPERATORS, OPERATORS_RULE.replace('action.id.indexOf("org.orchestrate.") == 0', 'action.id == "org.orchestrate.apply"'))
    vps.host.shell("systemctl restart polkit")
    ended = vps.apply(user="ana")
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert ended.code == 0, str(ended)
    assert worker.call(vps, "ana", "GetRun", "s", runs(vps)[0]["run"]).code == 0
    assert NO in refusal(vps, "ana", "ListRuns", "su", "magikal-bot", "9")


def test_a_directory_of_state_that_is_a_link_shows_nothing_of_the_app_to_which_it_leads(vps):
    path_of_a_run(vps)
    run = runs(vps)[0]["run"]
    vps.host.shell("ln -s magikal-bot /var/lib/orchestrate/another")
    try:
        listed = refusal(vps, "root", "ListRuns", "su", "another", "9")
        assert "it is not a run of another" in listed
        assert worker.call(vps, "root", "GetRun", "s", run).code == 0, "it is of one app still"
        assert run in worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").ok()
    finally:
        vps.host.shell("rm /var/lib/orchestrate/another")


def test_a_reader_sees_every_run_of_a_long_history(vps):
    assert vps.apply().code == 0
    newest = runs(vps)[0]["run"]
    older = "SELECT sequence, run, at, type, body, hash FROM event WHERE run NOT LIKE '2020%'"
    many = ("import sqlite3, sys; ledger = sqlite3.connect(sys.argv[1]);"
            " ledger.execute('DROP TRIGGER run_begins');"
            f" rows = ledger.execute(\"{older}\").fetchall();"
            " put = lambda n, row: (row[0] + 1000 * n, f'2020{n // 28 + 1:02}{n % 28 + 1:02}-000000-0000', *row[2:]);"
            " ledger.executemany('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)', [put(n, row) for n in range(1, 100) for row in rows]);"
            " ledger.commit()")  # fmt: skip
    vps.host.run("python3", "-c", many, f"{worker.state_of(vps)}/ledger.sqlite").ok()
    vps.host.write(OPERATORS, READERS_RULE)
    vps.host.shell("systemctl restart polkit")
    told = json.loads(vps.orchestrate("history", "magikal-bot", "--limit", "100", "--json", user="ana").ok())["runs"]
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert len({run["run"] for run in told}) == 100
    assert newest in [run["run"] for run in told]
