"""The application's user without root: what it may do it does, what it may not is said before anything runs."""

from magikal import ENV_FILE
from vps import refused

NO_SERVICES = [(r"(?s)\n  - restart:.*", "\n"), (r"\nservices: .*\n", "\n")]


def test_a_restart_needs_root_and_that_is_said_first(vps):
    vps.host.shell("install -d -o magikalbot -g magikalbot -m 2750 /var/lib/orchestrate/magikal-bot")
    refused(vps, vps.snapshot(), 77, "restart", "sudo orchestrate apply magikal-bot", user="magikalbot")


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
