"""The application's user without root: what it may do it does, what it may not is said before anything runs."""

import re

import pytest

from magikal import ENV_FILE
from vps import refused

NO_SERVICES = [(r"(?s)\n  - restart:.*", "\n"), (r"\nservices: .*\n", "\n")]


def test_a_restart_needs_root_and_that_is_said_first(vps):
    vps.host.shell("install -d -o magikalbot -g magikalbot -m 2750 /var/lib/orchestrate/magikal-bot")
    refused(vps, vps.snapshot(), 77, "restart", "sudo orchestrate apply magikal-bot", user="magikalbot")


RULES = "/etc/polkit-1/rules.d/60-orchestrate-magikal-bot.rules"


@pytest.fixture
def polkit_allows(vps):
    """The rule that the refusal prints, installed as it says."""
    vps.host.shell("gpasswd --add magikalbot systemd-journal; install -d -o magikalbot /var/lib/orchestrate/magikal-bot")
    advice = vps.apply(user="magikalbot")
    vps.host.write(RULES, re.search(f"{RULES}: (.*)", advice.out + advice.err).group(1) + "\n")
    vps.host.shell("systemctl restart polkit")
    yield
    vps.host.shell(f"rm {RULES}; systemctl unmask polkit; systemctl restart polkit; gpasswd --delete magikalbot systemd-journal")


def test_with_the_polkit_rule_that_is_advised_no_root_is_needed(vps, polkit_allows):
    before = vps.invocation()
    ended = vps.apply(user="magikalbot")
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    assert vps.invocation() != before


def test_a_rule_for_another_verb_is_not_enough(vps, polkit_allows):
    vps.host.path(RULES).write_text(vps.host.path(RULES).read_text().replace(
        "subject.user", 'action.lookup("verb") == "stop" && subject.user'))  # fmt: skip
    vps.host.shell("systemctl restart polkit")
    refused(vps, vps.snapshot(), 77, "may not restart magikal-bot.service", user="magikalbot")


def test_without_polkit_nobody_but_root_may_restart(vps, polkit_allows):
    vps.host.shell("systemctl mask --now polkit")
    refused(vps, vps.snapshot(), 77, "may not restart magikal-bot.service", user="magikalbot")


def test_a_pipeline_without_services_needs_no_root(vps):
    vps.use_policy(*NO_SERVICES)
    service = vps.snapshot().service
    ended = vps.apply(user="magikalbot")
    assert ended.code == 0, str(ended)
    assert vps.revision() == "003_tempvc"
    assert vps.snapshot().service == service


def test_an_env_file_that_only_root_may_read_is_named(vps):
    vps.use_policy(*NO_SERVICES)
    vps.host.shell(f"chmod 0600 {ENV_FILE}")
    refused(vps, vps.snapshot(), 78, ENV_FILE, user="magikalbot")


def test_another_user_may_not_apply(vps):
    vps.use_policy(*NO_SERVICES)
    refused(vps, vps.snapshot(), 77, "only root and magikalbot may", user="postgres")


def test_a_policy_given_by_its_path_keeps_its_state_in_the_home_of_its_user(vps):
    vps.use_policy(*NO_SERVICES)
    vps.host.shell("cp /etc/orchestrate/policies/magikal-bot.yaml ~/mine.yaml", user="magikalbot")
    ended = vps.orchestrate("apply", "/home/magikalbot/mine.yaml", user="magikalbot")
    assert ended.code == 0, str(ended)
    assert vps.host.path("/home/magikalbot/.local/state/orchestrate/magikal-bot/ledger.sqlite").exists()
