"""orchestrated and its workers: the main job over the bus, by whom it may be asked for, and what a death changes."""

import json
import re
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import worker
from host import until
from project import boot
from vps import line_with
from worker import BUS, DAEMON, MANAGER, busctl, property_of

NO = "polkit does not let you"
USAGE = ("start a run: ", "start apply: ", "start resume: ", "find ", "read option ")

@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        host.shell("useradd --create-home --groups sudo ana; useradd --create-home eve")
        yield worker.WorkerVps(host, project)


def runs(vps):
    return json.loads(vps.orchestrate("history", vps.project.app, "--json").ok())["runs"]


def test_apply_is_done_by_the_worker_and_seen_as_if_it_were_here(vps):
    head, invocation = vps.git("rev-parse", "HEAD"), vps.invocation()
    ended = vps.apply()
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    assert vps.invocation() != invocation
    assert vps.git("log", "-1", "--format=%P") == head
    line_with(ended, "orchestrate-worker@magikal-bot.service")
    line_with(ended, "002_panels -> 003_tempvc")
    line_with(ended, "done in")
    [run] = runs(vps)
    assert (run["finished"]["exit_code"], run["requested_by"]) == (0, "uid 0 (root, over D-Bus)")


def test_what_init_writes_makes_a_worker(vps):
    project, rules = vps.project, "/etc/polkit-1/rules.d/60-orchestrate-magikal-bot.rules"
    drop_ins = f"/etc/systemd/system/{worker.worker_of(vps)}.d"
    vps.host.shell(f"rm -r {drop_ins} {rules} {worker.state_of(vps)} {project.installed_policy}")
    written = vps.orchestrate("init", project.checkout, "--write")
    assert written.code == 0, str(written)
    vps.host.shell("systemctl daemon-reload; systemctl restart polkit")
    ended = vps.apply()
    vps.host.shell(f"rm -r {drop_ins} {rules}")
    worker.set_up(vps)
    assert ended.code == 0, str(ended)
    assert "over D-Bus" in runs(vps)[0]["requested_by"]
    line_with(ended, "002_panels -> 003_tempvc")


def test_local_is_done_here(vps):
    ended = vps.apply("--local")
    assert ended.code == 0, str(ended)
    assert "orchestrate-worker@" not in ended.out + ended.err
    assert runs(vps)[0]["requested_by"] == "uid 0 (root)"


# ---- who may ----


def test_a_stranger_gets_no_run_and_reads_none(vps):
    before = vps.snapshot()
    assert NO in refusal(vps, "eve", "Start", "ssa{sv}", "magikal-bot", "apply", "0")
    assert vps.snapshot() == before
    assert runs(vps) == []
    run = path_of_a_run(vps)
    assert NO in refusal(vps, "eve", "ListRuns", "su", "magikal-bot", "9")
    assert NO in refusal(vps, "eve", "GetRun", "s", runs(vps)[0]["run"])
    assert NO in refusal(vps, "eve", "GetRun", "s", "20200101-000000-0000"), "whether there is one is no stranger's"
    for words in (("Events", "t", "0"), ("Cancel", "b", "false")):
        refused = run_call(vps, "eve", run, *words)
        assert refused.code != 0 and NO in refused.err, str(refused)


def test_the_apps_user_reads_what_its_rule_grants_and_no_more(vps):
    path_of_a_run(vps)
    assert worker.call(vps, "magikalbot", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert NO in refusal(vps, "magikalbot", "ListRuns", "su", "another", "9")
    assert NO in refusal(vps, "magikalbot", "Start", "ssa{sv}", "magikal-bot", "apply", "0")


OPERATORS = "/etc/polkit-1/rules.d/61-operators.rules"
OPERATORS_RULE = """polkit.addRule(function (action, subject) {
  if (action.id.indexOf("org.orchestrate.") == 0 && subject.isInGroup("sudo")) return polkit.Result.YES; });
"""


def test_an_operator_of_the_admin_group_is_asked_for_a_password_or_let_by_a_rule(vps):
    refused = vps.apply(user="ana")
    assert refused.code == 77, str(refused)
    line_with(refused, "apply magikal-bot: polkit does not let you org.orchestrate.apply", "sudo")
    vps.host.write(OPERATORS, OPERATORS_RULE)
    vps.host.shell("systemctl restart polkit")
    ended = vps.apply(user="ana")
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert ended.code == 0, str(ended)
    assert "(ana, over D-Bus)" in runs(vps)[0]["requested_by"]
    line_with(ended, "done in")


def test_an_operator_without_a_rule_types_the_password_on_the_terminal_where_the_command_was_typed(vps):
    vps.host.shell(f"echo ana:{vps.project.password} | chpasswd")
    typed = "tty; exec orchestrate apply magikal-bot"
    asked = vps.host.start("script", "--quiet", "--return", "--command", typed, "/dev/null", user="ana", stdin=subprocess.PIPE)
    shown = b""

    def read_until(words):
        nonlocal shown
        while words not in shown:
            read = asked.child.stdout.read(4096)
            assert read, f"it ended before it said {words}: {shown}"
            shown += read

    read_until(b"Password:")
    # Having asked, the agent hides what is typed, and with that forgets what was typed before.
    terminal = re.search(rb"/dev/pts/\d+", shown)[0].decode()
    until("what is typed is hidden", 10, lambda: " -echo " in vps.host.run("stty", "-a", "-F", terminal).ok())
    asked.child.stdin.write(vps.project.password.encode() + b"\n")
    read_until(b"AUTHENTICATION COMPLETE")
    ended = asked.wait(90)
    assert ended.code == 0, f"{shown}{ended}"
    assert "org.orchestrate.apply" in shown.decode()
    line_with(ended, "done in")
    assert "(ana, over D-Bus)" in runs(vps)[0]["requested_by"]
    assert vps.host.run("pgrep", "pkttyagent").code != 0, "it ended with the question"


READERS_RULE = OPERATORS_RULE.replace('action.id.indexOf("org.orchestrate.") == 0', 'action.id == "org.orchestrate.read"')


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
    logs = vps.orchestrate("logs", run, user="ana")
    everything = vps.orchestrate("status", user="eve")
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert told[1:] == known[1:]
    assert run in told[0] and "last run" in told[0]
    assert logs.code == 77
    line_with(logs, "closed to you")
    assert everything.code == 0, "one app that may not be read hides none of the others"
    line_with(everything, "warning", "polkit does not let you")
    assert vps.orchestrate("show", "20200101-000000-0000", user="ana").code == 77


def test_whoever_asked_for_a_run_may_read_it(vps):
    vps.host.write(OPERATORS, OPERATORS_RULE.replace('action.id.indexOf("org.orchestrate.") == 0', 'action.id == "org.orchestrate.apply"'))
    vps.host.shell("systemctl restart polkit")
    ended = vps.apply(user="ana")
    vps.host.shell(f"rm {OPERATORS}; systemctl restart polkit")
    assert ended.code == 0, str(ended)
    assert worker.call(vps, "ana", "GetRun", "s", runs(vps)[0]["run"]).code == 0
    assert NO in refusal(vps, "ana", "ListRuns", "su", "magikal-bot", "9")


def test_the_daemon_itself_may_do_nothing_but_start_its_workers(vps):
    def systemd(*words):
        asked = ["busctl", "--system", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                 "org.freedesktop.systemd1.Manager", *words]  # fmt: skip
        return vps.host.run(*asked, user="orchestrate")

    refused = [
        ("RestartUnit", "ss", "magikal-bot.service", "fail"),
        ("StopUnit", "ss", "postgresql.service", "fail"),
        ("StartUnit", "ss", "orchestrate-worker@../x.service", "fail"),
        ("KillUnit", "ssi", "orchestrate-worker@magikal-bot.service", "all", "9"),
        ("SetUnitProperties", "sba(sv)", "orchestrate-worker@magikal-bot.service", "true", "0"),
        ("StartTransientUnit", "ssa(sv)a(sa(sv))", "x.service", "fail", "0", "0"),
    ]
    for words in refused:
        assert systemd(*words).code != 0, words
    assert systemd("StartUnit", "ss", "orchestrate-worker@magikal-bot.service", "fail").code == 0
    worker.wait_until_over(vps)
    assert runs(vps) == [], "there was no request"


# ---- what is refused ----


def test_what_the_worker_refuses_comes_back_as_its_word_and_its_exit_code(vps):
    vps.use_policy((r"services: ", "servicess: "))
    ended = vps.apply()
    assert ended.code == 78, str(ended)
    line_with(ended, "load /etc/orchestrate/policies/magikal-bot.yaml", "mend the policy")


def test_what_is_not_set_up_is_said_with_the_way_out(vps):
    vps.host.shell(f"rm -rf {worker.state_of(vps)}")
    ended = vps.apply()
    assert ended.code == 2, str(ended)
    line_with(ended, "there is no /var/lib/orchestrate/magikal-bot", "orchestrate init", "--local")


def test_a_worker_without_a_drop_in_does_not_start(vps):
    for unit in ("orchestrate-worker@another.service", "orchestrate-worker@-.service"):
        assert vps.host.run("systemctl", "start", unit).code != 0
        assert property_of(vps, unit, "ExecMainStatus") == "0", "nothing ran"


def test_one_run_at_a_time(vps):
    with worker.in_the_migration(vps) as first:
        second = vps.apply()
        assert second.code == 75, str(second)
        line_with(second, "lock magikal-bot", "orchestrate status magikal-bot")
        here = vps.apply("--local")
        assert here.code == 75, str(here)
    assert first.wait(60).code == 0


def test_unknown_verbs_options_apps_and_types_are_refused(vps):
    for words in (
        ("magikal-bot", "recover", "0"),
        ("magikal-bot", "sh", "0"),
        ("../../etc/passwd", "apply", "0"),
        ("", "apply", "0"),
        ("no-such-app", "apply", "0"),
        ("magikal-bot", "apply", "1", "force", "b", "true"),
        ("magikal-bot", "apply", "1", "target", "b", "true"),
        ("magikal-bot", "apply", "1", "target", "as", "1", "x"),
        ("magikal-bot", "apply", "1", "target", "v", "s", "x"),
        ("magikal-bot", "apply", "1", "target", "s", "x" * 5000),
        ("magikal-bot", "apply", "1", "target", "s", "a\nb"),
        ("magikal-bot", "resume", "0"),
    ):
        assert any(word in refusal(vps, "root", "Start", "ssa{sv}", *words) for word in USAGE), words
    assert runs(vps) == []
    assert property_of(vps, DAEMON, "NRestarts") == "0"


def test_a_request_that_is_said_again_is_the_same_run(vps):
    words = ("Start", "ssa{sv}", "magikal-bot", "apply", "1", "request-id", "s", "deploy-42")
    first = worker.call(vps, "root", *words)
    worker.wait_until_over(vps)
    vps.host.shell(f"systemctl restart {DAEMON}")
    assert worker.call(vps, "root", *words).ok() == first.ok()
    assert len(runs(vps)) == 1


# ---- deaths ----


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


# ---- the person at the terminal ----


def test_who_leaves_leaves_the_run_alone(vps):
    with worker.in_the_migration(vps) as client:
        client.send(signal.SIGINT)
        left = client.wait(20)
        assert left.code == 130, str(left)
    worker.wait_until_over(vps)
    assert vps.revision() == "003_tempvc"
    assert runs(vps)[0]["finished"]["exit_code"] == 0


def test_cancel_reaches_the_worker(vps):
    with worker.in_the_migration(vps) as client:
        cancelled = vps.orchestrate("cancel", runs(vps)[0]["run"], "--force")
        assert cancelled.code == 0, str(cancelled)
        assert client.wait(30).code == 1
    assert vps.revision() == "002_panels"
    [run] = runs(vps)
    assert run["finished"]["result"] == "failed-unchanged"


def test_the_environment_that_only_root_may_read_reaches_the_worker_as_a_credential(vps):
    drop_in = f"/etc/systemd/system/{worker.worker_of(vps)}.d/20-credential.conf"
    vps.host.write(drop_in, "[Service]\nLoadCredential=env:/etc/magikal-bot.env\n")
    vps.host.shell("chmod 0600 /etc/magikal-bot.env; systemctl daemon-reload")
    ended = vps.apply()
    vps.host.shell(f"rm {drop_in}; systemctl daemon-reload; chmod 0640 /etc/magikal-bot.env")
    assert ended.code == 0, str(ended)


# ---- what it is ----


def test_it_is_as_closed_as_promised(vps):
    def exposure(unit):
        shown = vps.host.run("systemd-analyze", "--no-pager", "security", unit).out
        return float(shown.split("Overall exposure level for")[1].split(": ")[1].split()[0])

    assert exposure(DAEMON) <= 1.5
    assert exposure(worker.worker_of(vps)) <= 2.2


def test_idle_it_is_small_and_asleep(vps):
    assert vps.apply().code == 0
    pid = property_of(vps, DAEMON, "MainPID")
    resident = int(vps.host.run("awk", "/VmRSS/ {print $2}", f"/proc/{pid}/status").ok())
    assert resident < 12 * 1024

    def awake(seconds):
        traced = vps.host.run("timeout", str(seconds), "strace", "-o", "/root/trace", "-p", pid)
        assert traced.code == 124, str(traced)
        calls = vps.host.path("/root/trace").read_text().splitlines()
        return [call for call in calls if not any(known in call for known in ("epoll_wait", "WATCHDOG", "timerfd"))]

    worker.wait_until_over(vps)
    until("it has done with the run", 20, lambda: awake(1) == [])
    assert awake(5) == []


def test_it_links_neither_a_database_client_nor_the_parser_nor_yaml(vps):
    linked = vps.host.run("ldd", "/usr/sbin/orchestrated").ok()
    for name in ("libpq", "pg_query", "yaml"):
        assert name not in linked


def test_the_published_objects_are_as_their_description_says(vps):
    path_of_a_run(vps)
    described = interfaces(vps.host.path("/usr/share/dbus-1/interfaces/org.orchestrate.Orchestrate1.xml").read_text())
    run = run_path(runs(vps)[0]["run"])
    live = {}
    for path in (MANAGER, run):
        live |= interfaces(vps.host.run("busctl", "introspect", "--xml-interface", BUS, path).ok())
    ours = {name: members for name, members in live.items() if name.startswith(BUS)}
    assert ours == described


def test_the_bus_starts_it_when_it_is_asked(vps):
    vps.host.shell(f"systemctl stop {DAEMON}")
    assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert property_of(vps, DAEMON, "ActiveState") == "active"


def test_two_hundred_clients_that_shout_and_vanish_do_not_stop_it(vps):
    storm = f"""for i in $(seq 200); do
      busctl --system --timeout=20 call {BUS} {MANAGER} {BUS} ListRuns su magikal-bot 9 >/dev/null 2>&1 &
    done
    for i in $(seq 40); do kill -KILL $(jobs -p | shuf -n 1) 2>/dev/null || true; done
    wait || true"""
    vps.host.shell(storm, user="eve", seconds=120)
    assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert property_of(vps, DAEMON, "NRestarts") == "0"


KEPT_LOCKED = """import sqlite3, sys, signal
ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
ledger.execute("CREATE TABLE event (a)")
ledger.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
signal.pause()
"""
TABLES = "CREATE TABLE event (sequence INTEGER PRIMARY KEY, run, at, type, body, hash); PRAGMA user_version = 3;"
CREATED = '{"app": "magikal-bot", "verb": "apply", "stages": []}'


def forged(rows="", event=TABLES):
    """By its owner's own program: `rows` follow a run of the id that the environment names."""
    created = f"INSERT INTO event VALUES (1, :run, 1, 'run-created', '{CREATED}', '');"
    script = f"{event} {created if event is TABLES else ''} {rows}"
    program = """import os, sqlite3, sys
for statement in sys.argv[1].split(";"):
    ledger = sqlite3.connect(sys.argv[2], isolation_level=None) if "ledger" not in vars() else ledger
    ledger.execute(statement, {"run": os.environ["RUN"]} if ":run" in statement else {})
"""
    return ("python3", "-c", program, script)


MANY = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
ENDLESS = ("CREATE VIEW event AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS sequence,"
           " 'x' AS run, 1 AS at, 'run-created' AS type, '{}' AS body, '' AS hash FROM n; PRAGMA user_version = 3")  # fmt: skip
SLOW = ("CREATE TABLE event (sequence INTEGER PRIMARY KEY, run, type, body, hash, at AS (length(hex(zeroblob(400000 + sequence)))));"
        " PRAGMA user_version = 3; " + MANY.format(100000) + "INSERT INTO event (run, type) SELECT 'x', 'run-created' FROM n")  # fmt: skip
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
ledger.commit()
"""


def copy_to_another(vps):
    """The app's state is another app's, too."""
    other = "/var/lib/orchestrate/another"
    vps.host.shell(f"cp -a {worker.state_of(vps)} {other}")
    vps.host.run("python3", "-c", OF_ANOTHER, f"{other}/ledger.sqlite").ok()


@pytest.mark.parametrize("ledger", FORGED)
def test_a_forged_ledger_shows_nothing_of_others_and_stops_nobody(vps, ledger):
    assert vps.apply().code == 0
    state = worker.state_of(vps)
    run = runs(vps)[0]["run"]
    worker.call(vps, "root", "GetRun", "s", run).ok()  # its object is there, and looks at the ledger from then on
    copy_to_another(vps)
    vps.host.shell(f"rm {state}/ledger.sqlite*")
    forger = vps.host.start("env", f"RUN={run}", *FORGED[ledger], f"{state}/ledger.sqlite", user="magikalbot")
    if ledger == "locked by its owner":
        assert forger.child.stdout.readline() == b"locked\n"
    else:
        forger.wait(60).ok()
    for _ in range(2):
        asking = [vps.host.start(*busctl("ListRuns", "su", "magikal-bot", "9"), user="magikalbot") for _ in range(20)]
        answered = worker.call(vps, "root", "ListRuns", "su", "another", "9")
        assert run in answered.ok()
        assert answered.seconds < 5, "others are answered meanwhile"
        assert worker.call(vps, "root", "GetRun", "s", run).code == 0
        told = [call.wait(60) for call in asking]
        if ledger not in READABLE:
            assert all(call.code != 0 and run not in call.out for call in told), str(told[0])
        assert property_of(vps, DAEMON, "NRestarts") == "0"
        vps.host.shell(f"systemctl restart {DAEMON}")
    forger.end()
    vps.host.shell("rm -rf /var/lib/orchestrate/another")


@pytest.mark.parametrize("words", [("huge", "30000000"), ("huge", "100000"), ("deep", "40"), ("flood", "100")], ids=" ".join)
@pytest.mark.parametrize("user", ["eve", "root"])
def test_hostile_messages_do_not_stop_it(vps, user, words):
    program = "/usr/local/lib/hostile.py"
    vps.host.write(program, (Path(__file__).parent / "hostile.py").read_text())
    vps.apply().ok()  # nothing is pending: a request that comes through changes nothing
    said = vps.host.run("python3", program, *words, user=user, seconds=90)
    assert said.code == 0, str(said)
    assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert property_of(vps, DAEMON, "NRestarts") == "0"
    if words[0] == "huge" and user == "root":
        assert "wrong type, too long, or not printable" in said.out
    vps.host.shell(f"systemctl stop {DAEMON}")  # what a flood still has begun


def interfaces(xml):
    """{interface: {(kind, name): signature or type}}"""
    found = {}
    for interface in ElementTree.fromstring(xml).iter("interface"):
        members = {}
        for method in interface.iter("method"):
            members["method", method.get("name")] = [(a.get("name"), a.get("type"), a.get("direction")) for a in method.iter("arg")]
        for prop in interface.iter("property"):
            members["property", prop.get("name")] = (prop.get("type"), prop.get("access"))
        found[interface.get("name")] = members
    return found


def run_path(run):
    return f"{MANAGER}/run/{run.replace('-', '_')}"


def path_of_a_run(vps):
    assert vps.apply().code == 0
    return run_path(runs(vps)[0]["run"])


def run_call(vps, user, run, *words):
    return vps.host.run("busctl", "--system", "--timeout=30", "call", BUS, run, f"{BUS}.Run", *words, user=user)


def refusal(vps, user, *words):
    """Why the manager refused a call."""
    ended = worker.call(vps, user, *words)
    assert ended.code != 0 and "Call failed: " in ended.err, str(ended)
    return ended.err
