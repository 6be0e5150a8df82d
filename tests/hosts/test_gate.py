"""The gate: a service starts only on a migrated schema, by a line in its own unit; and what `status` says of it."""

import contextlib
import json

import pytest

import cable
import debian
import worker
from host import until
from magikal import ENV_FILE, UNIT
from project import boot
from vps import NO_HOLD, TAKE_BACKUP, line_with

DROP_IN = f"/etc/systemd/system/{UNIT}.d/orchestrate-gate.conf"
GATED = "[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n"


LEDGER = "/var/lib/orchestrate/magikal-bot/ledger.sqlite"
RESTART_RULES = ("Restart", "RestartUSec", "StartLimitIntervalUSec", "StartLimitBurst", "TimeoutStartUSec")


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.PackagedVps(host, project)


@pytest.fixture
def gated(vps):
    before = vps.unit(*RESTART_RULES)
    vps.host.write(DROP_IN, GATED)
    vps.host.run("systemctl", "daemon-reload").ok()
    assert vps.unit(*RESTART_RULES) == before, "the drop-in changes no rule of the unit's own"
    yield vps
    vps.host.run("rm", DROP_IN)
    vps.host.run("systemctl", "daemon-reload").ok()


def journal_of_unit(vps):
    """All that PID 1, the gate and the service said under the unit's name."""
    return vps.host.run("journalctl", "--unit", UNIT, "--output=cat", "--no-pager").ok()


def is_active(vps):
    return vps.unit("ActiveState") == {"ActiveState": "active"}


@contextlib.contextmanager
def stopped_server(vps):
    vps.host.run("systemctl", "stop", debian.wanted().cluster).ok()
    try:
        yield
    finally:
        vps.host.run("systemctl", "start", debian.wanted().cluster).ok()


@contextlib.contextmanager
def black_hole(vps):
    """The database's address is one from which nothing comes back, not even a refusal."""
    cable.ip(vps.host, "link", "add", "hole", "type", "veth", "peer", "name", "bottom")
    cable.ip(vps.host, "address", "add", f"{cable.FIRST}/24", "dev", "hole")
    for end in ("hole", "bottom"):
        cable.ip(vps.host, "link", "set", end, "up")
    cable.ip(vps.host, "neighbour", "add", cable.SECOND, "lladdr", "02:00:00:00:00:01", "dev", "hole", "nud", "permanent")
    vps.host.shell(f"sed -i s/localhost/{cable.SECOND}/ {ENV_FILE}")
    try:
        yield
    finally:
        cable.ip(vps.host, "link", "delete", "hole")


# ---- the unit ----


def test_a_refused_start_fails_with_the_reason_and_is_tried_again(gated):
    gated.host.shell(f"systemctl stop {UNIT}")
    refused = gated.host.run("systemctl", "start", UNIT)
    assert refused.code != 0
    said = "gate closed: the database is at 002_panels, and 003_tempvc is pending; next: orchestrate apply magikal-bot"
    assert said in journal_of_unit(gated)
    until("it is tried again", 30, lambda: int(gated.unit("NRestarts")["NRestarts"]) > 0)


def test_a_restart_by_hand_under_a_closed_gate_stops_the_service_and_says_so(gated):
    """systemd stops before it asks: `orchestrate restart` is the one that asks first, see test_restart.py."""
    refused = gated.host.run("systemctl", "restart", UNIT)
    assert refused.code != 0
    line_with(refused, "Job for magikal-bot.service failed")
    assert not is_active(gated)
    assert "gate closed: the database is at 002_panels" in journal_of_unit(gated)


def test_our_own_restart_under_a_closed_gate_leaves_the_service_running(gated):
    before = gated.invocation()
    assert gated.orchestrate("restart", "magikal-bot").code == 20
    assert is_active(gated) and gated.invocation() == before


def test_a_refused_start_recovers_by_itself_when_the_gate_opens(gated):
    gated.host.run("systemctl", "restart", UNIT)
    gated.runbook("upgrade head").ok()
    until("the bot runs", 60, lambda: is_active(gated))


@pytest.mark.parametrize("verb", ["apply", "restart"])
def test_a_run_restarts_the_service_that_it_gates(gated, verb):
    gated.use_policy(NO_HOLD, TAKE_BACKUP)
    if verb == "restart":
        gated.runbook("upgrade head").ok()
    before = gated.invocation()
    ended = gated.orchestrate(verb, "magikal-bot")
    assert ended.code == 0, str(ended)
    assert is_active(gated) and gated.invocation() != before


def test_a_start_that_was_refused_is_finished_by_the_next_run(gated):
    gated.use_policy(NO_HOLD, TAKE_BACKUP)
    gated.host.run("systemctl", "restart", UNIT)
    ended = gated.apply()
    assert ended.code == 0, str(ended)
    assert is_active(gated)


def test_refused_starts_do_not_use_up_the_units_limit_for_our_own(gated):
    gated.use_policy(NO_HOLD, TAKE_BACKUP)
    gated.host.write(DROP_IN, "[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n" + GATED + "Restart=no\n")
    gated.host.shell(f"systemctl daemon-reload; for _ in 1 2 3; do systemctl restart {UNIT} || true; done")
    said = gated.host.run("journalctl", "--unit", UNIT, "--output=cat", "--no-pager", "--lines=3").ok()
    assert "repeated too quickly" in said
    ended = gated.apply()
    assert ended.code == 0, str(ended)
    assert is_active(gated)
    assert gated.unit("StartLimitBurst") == {"StartLimitBurst": "2"}, "it is still the unit's own"


# ---- the answer ----


def test_the_gate_says_why_and_ends_with_20(vps):
    closed = vps.orchestrate("gate", "magikal-bot")
    assert closed.code == 20, str(closed)
    line_with(closed, "gate closed", "003_tempvc is pending", "next: orchestrate apply magikal-bot")
    assert vps.orchestrate("gate", "--unit", UNIT).code == 20
    answer = json.loads(vps.orchestrate("gate", "magikal-bot", "--json").out)
    assert (answer["open"], answer["standing"]) == (False, "behind")
    vps.runbook("upgrade head").ok()
    opened = vps.orchestrate("gate", "--unit", UNIT)
    assert opened.code == 0, str(opened)
    line_with(opened, "gate open", "the database is at 003_tempvc")


def unknown(vps, *words):
    """The gate is closed for want of an answer, in time; and open where the policy allows that."""
    closed = vps.orchestrate("gate", "magikal-bot", "--timeout", "3s")
    vps.use_policy((r"\npipeline:", "\ngate: { unknown: allow }\npipeline:"))
    allowed = vps.orchestrate("gate", "magikal-bot", "--timeout", "3s")
    assert closed.code == 20, str(closed)
    line_with(closed, "gate closed", *words)
    assert allowed.code == 0, str(allowed)
    line_with(allowed, "gate open", "which gate.unknown allows")
    assert max(closed.seconds, allowed.seconds) < 4


def test_a_stopped_server_keeps_it_closed_unless_the_policy_allows_that(vps):
    with stopped_server(vps):
        unknown(vps, "connect")


def test_an_address_from_which_nothing_comes_back_keeps_it_closed_within_the_deadline(vps):
    with black_hole(vps):
        unknown(vps, "connect to", "no answer within 2.5 s")
        vps.use_policy()
        vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "it comes back at 03:00").ok()
        assert vps.orchestrate("gate", "magikal-bot", "--timeout", "3s").code == 0


@pytest.mark.parametrize("damage", [f"echo nonsense >{LEDGER}", f"touch {LEDGER}; chown root {LEDGER}; chmod 0600 {LEDGER}"])
def test_a_ledger_that_cannot_be_read_keeps_it_closed(vps, damage):
    vps.runbook("upgrade head").ok()
    vps.host.shell(f"install -d -o magikalbot -m 2750 $(dirname {LEDGER}); {damage}")
    unknown(vps, "ledger")


def test_a_unit_whose_database_swallows_everything_fails_to_start_in_time(gated):
    gated.host.write(DROP_IN, GATED.replace("15s", "2s"))
    gated.host.run("systemctl", "daemon-reload").ok()
    with black_hole(gated):
        refused = gated.host.run("systemctl", "restart", UNIT)
    assert refused.code != 0
    assert refused.seconds < 8
    assert "no answer within 1.5 s" in journal_of_unit(gated)


def test_a_server_that_is_asked_for_over_tls_answers_root_as_it_answers_the_user(vps):
    vps.runbook("upgrade head").ok()
    vps.host.shell(f"sed -i 's#5432/appdb#5432/appdb?sslmode=require#' {ENV_FILE}")
    for user in ("root", "magikalbot"):
        assert vps.orchestrate("gate", "magikal-bot", user=user).code == 0


def test_a_person_may_hold_it_open_for_a_while_and_close_it_again(vps):
    opened = vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "the shop must open")
    assert opened.code == 0, str(opened)
    line_with(vps.orchestrate("gate", "magikal-bot"), "gate open", "held open until", "the shop must open")
    audit = vps.host.run("journalctl", "--quiet", "--output=cat", "ORCHESTRATE_EVENT=gate-opened").ok()
    assert "the shop must open" in audit
    assert vps.orchestrate("gate", "magikal-bot", "--open-for", "0", "--reason", "migrated").code == 0
    assert vps.orchestrate("gate", "magikal-bot").code == 20


def test_bad_input_is_refused_in_one_line(vps):
    nobody = vps.orchestrate("gate", "--unit", "nobody.service")
    assert nobody.code == 20, str(nobody)
    line_with(nobody, "no policy of this host", "nobody.service")
    assert vps.orchestrate("gate").code == 2
    assert vps.orchestrate("gate", "magikal-bot", "--open-for", "1h").code == 2
    assert vps.orchestrate("gate", "magikal-bot", "--timeout", "soon").code == 2


# ---- status ----


def gate_of(vps, **how):
    return json.loads(vps.orchestrate("status", "magikal-bot", "--json", **how).ok())["gate"]


def test_status_warns_when_the_service_would_not_start_again(vps):
    line_with(vps.orchestrate("status"), "warning", "003_tempvc is pending; next: orchestrate apply magikal-bot")
    closed = gate_of(vps)
    assert (closed["open"], closed["standing"], closed["next"]) == (False, "behind", "orchestrate apply magikal-bot")
    assert gate_of(vps, user="magikalbot") == closed
    vps.runbook("upgrade head").ok()
    assert "warning" not in vps.orchestrate("status").ok()
    assert gate_of(vps)["open"]


def test_status_says_until_when_and_why_a_gate_is_held_open(vps):
    vps.orchestrate("gate", "magikal-bot", "--open-for", "1h", "--reason", "the shop must open").ok()
    line_with(vps.orchestrate("status", "magikal-bot"), "gate", "held open until", "uid 0", "the shop must open")
    assert gate_of(vps)["open"]


def test_status_needs_no_privileges(vps):
    closed = gate_of(vps)
    assert gate_of(vps, user="postgres") is None
    shown = vps.orchestrate("status", "magikal-bot", user="postgres")
    assert (shown.ok(), shown.err) == ("magikal-bot  idle\n  no runs yet\n", "")
    vps.host.shell(f"chmod 0600 {ENV_FILE}")
    assert gate_of(vps, user="magikalbot") is None
    assert gate_of(vps) == closed


def test_status_says_it_when_the_database_does_not_answer(vps):
    with stopped_server(vps):
        line_with(vps.orchestrate("status"), "warning", "would not start now", "connect")
    with black_hole(vps):
        shown = vps.orchestrate("status", "magikal-bot")
    assert shown.seconds < 4, str(shown)
    line_with(shown, "warning", "no answer within 1.5 s")
