"""What strangers and owners of forged ledgers try: root is answered meanwhile, and nobody hears of another's runs."""

import pytest

import people
import worker
from host import until
from worker import (BUS, DAEMON, MANAGER, NO, busctl, hostile, path_of_a_run, property_of, refusal, run_call, run_path,
                    runs)


@pytest.fixture(scope="module")
def booted(project):
    with people.boot(project) as host:
        yield worker.WorkerVps(host, project)


STORM = """for i in $(seq 200); do
  busctl --system --timeout=20 call {bus} {manager} {bus} ListRuns su magikal-bot 9 >/dev/null 2>&1 &
  if [ $((i % 25)) = 0 ]; then
    python3 {program} huge 30000000 >/dev/null 2>&1 &
    python3 {program} long 30000000 >/dev/null 2>&1 &
    python3 {program} wrong 0 >/dev/null 2>&1 &
    python3 {program} flood 100 >/dev/null 2>&1 &
  fi
done
for i in $(seq 40); do kill -KILL $(jobs -p | shuf -n 1) 2>/dev/null || true; done
wait || true"""


def test_root_is_answered_in_the_middle_of_a_storm_of_clients_that_shout_and_vanish(vps):
    path_of_a_run(vps)
    storm = STORM.format(bus=BUS, manager=MANAGER, program=hostile(vps))
    shouting = vps.host.start("bash", "-euo", "pipefail", "-c", storm, user="eve")
    answers = []
    while shouting.child.poll() is None:
        answers.append(worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9"))
    shouting.wait(120).ok()
    assert len(answers) > 3
    bad = [answer for answer in answers if answer.code != 0]  # busctl waits for 25 s
    assert not bad, f"{len(bad)} of {len(answers)}, as {bad[0]}"
    assert property_of(vps, DAEMON, "NRestarts") == "0"


def test_an_answer_that_the_bus_loses_is_asked_for_again(vps):
    """dbus-daemon keeps 127 MB for one who does not read, and drops its own answers to him beyond that without a word."""
    path_of_a_run(vps)
    vps.host.shell("pkill -STOP -x orchestrated")
    try:
        client = vps.host.start("python3", hostile(vps), "pressed", "30000000", user="root")
        assert client.child.stdout.readline() == b"pressed\n"
    finally:
        vps.host.shell("pkill -CONT -x orchestrated")
    assert client.wait(60).ok().strip() == "answered"


def test_a_stranger_who_asks_more_than_polkit_answers_takes_nobody_elses_turn(vps):
    """The bus lets the daemon wait for 128 answers, whoever asked."""
    path_of_a_run(vps)
    vps.host.shell("pkill -STOP -x polkitd")
    try:
        for _ in range(3):
            vps.host.run("python3", hostile(vps), "flood", "100", user="eve").ok()
        assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0, "root's right is no question"
        others = [vps.host.start(*busctl("ListRuns", "su", "magikal-bot", "9"), user="ana") for _ in range(20)]
        until("all have asked", 60, lambda: int(vps.host.run("pgrep", "-c", "busctl").out) == 20)
    finally:
        vps.host.shell("pkill -CONT -x polkitd")
    for other in others:
        assert NO in other.wait(60).err


KEPT_LOCKED = """import sqlite3, sys, signal
ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
ledger.execute("CREATE TABLE event (a)")
ledger.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
signal.pause()
"""
TABLES = "CREATE TABLE event (sequence INTEGER PRIMARY KEY, run, at, type, body, hash); PRAGMA user_version = 3;"
CREATED_IT = """INSERT INTO event VALUES (1, :run, 1, 'run-created', '{"app": "magikal-bot", "verb": "apply", "stages": []}', '');"""


def forged(rows="", event=TABLES):
    """By its owner's own program: `rows` follow a run of the id that the environment names."""
    script = f"{event} {CREATED_IT if event is TABLES else ''} {rows}"
    program = """import os, sqlite3, sys
for statement in sys.argv[1].strip(" ;").split(";"):
    ledger = sqlite3.connect(sys.argv[2], isolation_level=None) if "ledger" not in vars() else ledger
    ledger.execute(statement, {"run": os.environ["RUN"]} if ":run" in statement else {})
"""
    return ("python3", "-c", program, script)


MANY = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
ENDLESS = ("CREATE VIEW event AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS sequence,"
           " 'x' AS run, 1 AS at, 'run-created' AS type, '{}' AS body, '' AS hash FROM n; PRAGMA user_version = 3")  # fmt: skip
SLOW = ("CREATE TABLE event (sequence INTEGER PRIMARY KEY, run, type, body, hash, at AS (length(hex(zeroblob(400000 + sequence)))));"
        " PRAGMA user_version = 3; " + MANY.format(5000) + "INSERT INTO event (run, type) SELECT 'x', 'run-created' FROM n")  # fmt: skip
DEEP = "INSERT INTO event SELECT 2, :run, 1, 'fact-recorded', replace(hex(zeroblob(300000)), '00', '['), ''"
NUMBERS = ('{"stage": "x", "name": "y", "value": [', "0,", "0]}")
FORGED = {
    "a view without an end": forged(event=ENDLESS),
    "a table that takes for ever": forged(event=SLOW),
    "json of any depth": forged(DEEP),
    "a time that is a text": forged("INSERT INTO event VALUES (2, :run, 'noon', 'stage-started', '{\"stage\": \"x\"}', '')"),
    "nothing where a time was": forged("INSERT INTO event VALUES (2, :run, NULL, 'stage-started', '{\"stage\": \"x\"}', '')"),
    "more than the memory in one row": forged("INSERT INTO event VALUES (2, :run, 1, 'stage-started', zeroblob(300000000), '')"),
    "more than the memory in many": forged(MANY.format(300) + "INSERT INTO event SELECT i, :run, 1, 'stage-started', zeroblob(999999), '' FROM n"),
    "numbers beyond number": forged(
        MANY.format(5) + f"INSERT INTO event SELECT i, :run, 1, 'fact-recorded', '{NUMBERS[0]}' ||"
        f" replace(hex(zeroblob(490000)), '00', '{NUMBERS[1]}') || '{NUMBERS[2]}', '' FROM n"),  # fmt: skip
    "a journal that is a pipe": ("sh", "-c", 'mkfifo "$0-journal"; cp /var/lib/orchestrate/another/ledger.sqlite "$0"'),
    "a link to another app's": ("ln", "-s", "/var/lib/orchestrate/another/ledger.sqlite"),
    "a pipe": ("mkfifo",),
    "noise": ("cp", "/usr/bin/bash"),
    "locked by its owner": ("python3", "-c", KEPT_LOCKED),
}

READABLE = ("numbers beyond number",)
OF_ANOTHER = """import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
ledger.execute("DROP TRIGGER events_are_not_changed")
ledger.execute("UPDATE event SET body = json_set(body, '$.app', 'another') WHERE type = 'run-created'")
ledger.execute("UPDATE event SET run = " + sys.argv[2])
ledger.commit()
"""


def copy_to_another(vps, run="'1' || substr(run, 2)"):
    """Another app has as many runs; `run` is how they are called there."""
    other = "/var/lib/orchestrate/another"
    vps.host.shell(f"cp -a {worker.state_of(vps)} {other}")
    vps.host.run("python3", "-c", OF_ANOTHER, f"{other}/ledger.sqlite", run).ok()


@pytest.mark.parametrize("ledger", FORGED)
def test_a_forged_ledger_shows_nothing_of_others_and_stops_nobody(vps, ledger):
    assert vps.apply().code == 0
    state = worker.state_of(vps)
    run = runs(vps)[0]["run"]
    worker.call(vps, "root", "GetRun", "s", run).ok()  # its object is there, and looks at the ledger from then on
    copy_to_another(vps)
    others = "1" + run[1:]
    vps.host.shell(f"rm {state}/ledger.sqlite*")
    forger = vps.host.start("env", f"RUN={run}", *FORGED[ledger], f"{state}/ledger.sqlite", user="magikalbot")
    if ledger == "locked by its owner":
        assert forger.child.stdout.readline() == b"locked\n"
    else:
        forger.wait(60).ok()
    for _ in range(2):
        asking = [vps.host.start(*busctl("ListRuns", "su", "magikal-bot", "9"), user="magikalbot") for _ in range(20)]
        # In busctl's 25 s, which is less than reading each of the forged ones before would take.
        assert others in worker.call(vps, "root", "ListRuns", "su", "another", "9").ok()
        assert worker.call(vps, "root", "GetRun", "s", others).code == 0
        told = [call.wait(60) for call in asking]
        if ledger not in READABLE:
            assert all(call.code != 0 and others not in call.out for call in told), str(told[0])
        assert property_of(vps, DAEMON, "NRestarts") == "0"
        vps.host.shell(f"systemctl restart {DAEMON}")
    forger.end()
    vps.host.shell("rm -rf /var/lib/orchestrate/another")


def test_a_forged_copy_of_another_apps_run_changes_nothing_that_is_shown_of_it(vps):
    assert vps.apply().code == 0
    state, run = worker.state_of(vps), runs(vps)[0]["run"]
    copy_to_another(vps, "run")
    vps.host.shell(f"rm {state}/ledger.sqlite*; systemctl restart {DAEMON}")
    worker.call(vps, "root", "GetRun", "s", run).ok()
    copy = FORGED["a time that is a text"][:3]
    vps.host.run("env", f"RUN={run}", *copy, f"{TABLES} {CREATED_IT}", f"{state}/ledger.sqlite", user="magikalbot").ok()
    refused = refusal(vps, "root", "GetRun", "s", run)
    assert "the ledgers of another, magikal-bot all tell it" in refused
    assert NO in refusal(vps, "magikalbot", "GetRun", "s", run), "which ledgers there are is not told to everybody"
    assert "another" in run_call(vps, "root", run_path(run), "Events", "t", "0").ok()
    vps.host.shell("rm -rf /var/lib/orchestrate/another")


def test_what_is_no_app_in_the_directory_of_states_stops_nobody(vps):
    assert vps.apply().code == 0
    state = worker.state_of(vps)
    vps.host.shell(f"cd /var/lib/orchestrate; mkdir lost+found 'a b' .hidden closed; chmod 0700 closed; chmod 0700 {state};"
                   f" ln -s /etc link; touch file; systemctl reset-failed {DAEMON}; systemctl restart {DAEMON}")  # fmt: skip
    worker.call(vps, "root", "ListRuns", "su", "another", "9").ok()
    vps.host.shell("systemctl start orchestrate-worker@magikal-bot.service || true")  # it changes its state
    worker.wait_until_over(vps)
    worker.call(vps, "root", "ListRuns", "su", "another", "9").ok()
    assert property_of(vps, DAEMON, "NRestarts") == "0"
    vps.host.shell(f"cd /var/lib/orchestrate; rmdir lost+found 'a b' .hidden closed; rm link file; chmod 2750 {state}")


@pytest.mark.parametrize("words", [("huge", "30000000"), ("huge", "100000"), ("deep", "40"), ("flood", "100")], ids=" ".join)
@pytest.mark.parametrize("user", ["eve", "root"])
def test_hostile_messages_do_not_stop_it(vps, user, words):
    program = hostile(vps)
    vps.apply().ok()  # nothing is pending: a request that comes through changes nothing
    said = vps.host.run("python3", program, *words, user=user, seconds=90)
    assert said.code == 0, str(said)
    assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert property_of(vps, DAEMON, "NRestarts") == "0"
    if words[0] == "huge" and user == "root":
        assert "wrong type, too long, or not printable" in said.out
    vps.host.shell(f"systemctl stop {DAEMON}")  # what a flood still has begun
