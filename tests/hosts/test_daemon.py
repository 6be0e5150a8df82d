"""orchestrated and its workers: the main job over the bus, and by whom it may be asked for."""

import re
import signal
from xml.etree import ElementTree

import pytest

import people
import worker
from host import until
from people import OPERATORS, OPERATORS_RULE, with_a_password
from vps import line_with
from worker import BUS, DAEMON, MANAGER, NO, path_of_a_run, property_of, refusal, run_call, run_path, runs

USAGE = ("start a run: ", "start apply: ", "start resume: ", "find ", "read option ")


@pytest.fixture(scope="module")
def booted(project):
    with people.boot(project) as host:
        yield worker.WorkerVps(host, project)


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
    line_with(ended, "apply magikal-bot: in this process: --local")
    assert runs(vps)[0]["requested_by"] == "uid 0 (root)"


def test_without_a_worker_it_is_done_here_and_that_is_said(vps):
    drop_ins = f"/etc/systemd/system/{worker.worker_of(vps)}.d"
    vps.host.shell(f"mv {drop_ins} /root/drop-ins; systemctl daemon-reload")
    ended = vps.apply()
    vps.host.shell(f"mv /root/drop-ins {drop_ins}; systemctl daemon-reload")
    assert ended.code == 0, str(ended)
    line_with(ended, "apply magikal-bot: in this process: it has no worker, which orchestrate init sets up")


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
    shown, ended = with_a_password(vps, "apply", "magikal-bot")
    assert ended.code == 0, f"{shown}{ended}"
    assert "org.orchestrate.apply" in shown
    line_with(ended, "done in")
    assert "(ana, over D-Bus)" in runs(vps)[0]["requested_by"]
    assert vps.host.run("pgrep", "pkttyagent").code != 0, "it ended with the question"


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
    line_with(ended, "load /etc/orchestrate/policies/magikal-bot.yaml", "mend the policy",
              "orchestrate check /etc/orchestrate/policies/magikal-bot.yaml")  # fmt: skip


def test_what_is_not_set_up_is_said_with_the_way_out(vps):
    vps.host.shell(f"rm -rf {worker.state_of(vps)}")
    ended = vps.apply()
    assert ended.code == 2, str(ended)
    line_with(ended, "there is no /var/lib/orchestrate/magikal-bot", "orchestrate init", "--local")


def test_a_worker_without_a_drop_in_does_not_start(vps):
    for unit in ("orchestrate-worker@another.service", "orchestrate-worker@-.service"):
        assert vps.host.run("systemctl", "start", unit).code != 0
        assert property_of(vps, unit, "ExecMainStatus") == "0", "nothing ran"


def test_a_drop_in_that_does_not_say_whose_the_worker_is_starts_nothing(vps):
    drop_in = f"/etc/systemd/system/{worker.worker_of(vps)}.d/10-app.conf"
    vps.host.shell(f"sed -i /^User=/d {drop_in}; systemctl daemon-reload")
    before = vps.snapshot()
    ended = vps.apply()
    worker.set_up(vps)
    assert ended.code == 1, str(ended)
    line_with(ended, "start orchestrate-worker@magikal-bot.service", "status 217", "journalctl -u")
    assert (vps.snapshot(), runs(vps)) == (before, [])


def test_a_policy_that_is_anothers_makes_root_nobody(vps):
    """Root put a link to it where policies are; whoever owns it says then whom root becomes."""
    theirs = "/home/magikalbot/policy.yaml"
    text = vps.host.path(vps.project.installed_policy).read_text().replace("user: magikalbot", "user: postgres")
    vps.host.write(theirs, text, owner="magikalbot:magikalbot")
    vps.host.shell(f"ln -sf {theirs} {vps.project.installed_policy}")
    before = vps.snapshot()
    for words in (("apply", "magikal-bot", "--local"), ("plan", "magikal-bot"), ("gate", "magikal-bot")):
        refused = vps.orchestrate(*words)
        assert refused.code in (78, 20), str(refused)
        line_with(refused, "belongs to uid")
    by_worker = vps.apply()
    assert by_worker.code != 0, "whose it is, its drop-in says"
    assert vps.snapshot() == before
    vps.host.shell(f"rm {vps.project.installed_policy}")


def test_one_run_at_a_time(vps):
    with worker.in_the_migration(vps) as first:
        second = vps.apply()
        assert second.code == 75, str(second)
        line_with(second, "lock magikal-bot", "orchestrate status magikal-bot")
        here = vps.apply("--local")
        assert here.code == 75, str(here)
    assert first.wait(60).code == 0


def test_whoever_sees_a_run_end_may_begin_the_next(vps):
    """The worker lives a moment longer than its run, here two seconds."""
    drop_in = f"/etc/systemd/system/{worker.worker_of(vps)}.d/20-slow.conf"
    vps.host.write(drop_in, "[Service]\nExecStopPost=/usr/bin/sleep 2\n")
    vps.host.shell("systemctl daemon-reload")
    first, second = vps.apply(), vps.apply()
    vps.host.shell(f"rm {drop_in}; systemctl daemon-reload")
    assert (first.code, second.code) == (0, 0), str(second)


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
        return [call for call in calls if re.search(r" = \d", call)]  # others end as strace comes and goes

    worker.wait_until_over(vps)
    until("it has done with the run", 20, lambda: awake(1) == [])
    calls = awake(35)
    feeds = [call for call in calls if "WATCHDOG=1" in call]
    wakes = [call for call in calls if re.match(r"epoll_wait\(.* = [1-9]", call)]
    assert len(feeds) in (1, 2), "every half minute"
    assert len(wakes) == len(feeds), wakes


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


def test_a_daemon_that_hangs_is_started_anew_and_one_that_works_is_not(vps):
    drop_in = f"/etc/systemd/system/{DAEMON}.d/20-watchdog.conf"
    vps.host.write(drop_in, "[Service]\nWatchdogSec=2s\n")
    vps.host.shell(f"systemctl daemon-reload; systemctl restart {DAEMON}")
    pid = property_of(vps, DAEMON, "MainPID")
    lives = vps.host.run("timeout", "6", "tail", f"--pid={pid}", "--follow", "/dev/null")
    assert lives.code == 124, "three times as long as it may be silent"
    assert property_of(vps, DAEMON, "NRestarts") == "0"
    vps.host.shell(f"kill -STOP {pid}")
    until("it was started anew", 20, lambda: property_of(vps, DAEMON, "NRestarts") == "1")
    assert worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9").code == 0
    assert property_of(vps, DAEMON, "MainPID") not in ("0", pid)
    vps.host.shell(f"rm {drop_in}; systemctl daemon-reload")


def test_without_polkit_nobody_may_but_root_reads_and_the_daemon_lives(vps):
    path_of_a_run(vps)
    before = vps.snapshot()
    vps.host.shell("systemctl mask --now polkit")
    refused = [worker.call(vps, "eve", *words) for words in (("Start", "ssa{sv}", "magikal-bot", "apply", "0"),
                                                             ("ListRuns", "su", "magikal-bot", "9"))]  # fmt: skip
    read = worker.call(vps, "root", "ListRuns", "su", "magikal-bot", "9")
    typed = vps.apply()
    vps.host.shell("systemctl unmask polkit; systemctl start polkit")
    assert all(call.code != 0 and "ask polkit about org.orchestrate." in call.err for call in refused), str(refused[0])
    assert read.code == 0
    assert typed.code == 1, str(typed)
    line_with(typed, "start orchestrate-worker@magikal-bot.service", "polkit.service is masked")
    assert vps.snapshot() == before
    assert property_of(vps, DAEMON, "NRestarts") == "0"


def interfaces(xml):
    """{interface: {(kind, name): signature or type}}"""
    found = {}
    for interface in ElementTree.fromstring(xml).iter("interface"):
        members = {}
        for method in interface.iter("method"):
            members["method", method.get("name")] = [(a.get("name"), a.get("type"), a.get("direction")) for a in method.iter("arg")]
        for named in interface.iter("signal"):
            members["signal", named.get("name")] = [(a.get("name"), a.get("type")) for a in named.iter("arg")]
        for prop in interface.iter("property"):
            members["property", prop.get("name")] = (prop.get("type"), prop.get("access"))
        found[interface.get("name")] = members
    return found
