"""Asking must not leave a trace: no bytecode, no refreshed git index, no ledger row."""

import pytest

from snapshot import tree
from vps import line_with


def everything(vps):
    """What a question might write to, with the times of change."""
    places = ["/home", "/etc", "/var/lib/orchestrate", "/root", "/usr/local", "/var/tmp"]
    return {place: tree(vps.host.path(place)) for place in places}


@pytest.mark.parametrize(
    "question",
    [
        ["plan", "magikal-bot"],
        ["plan", "magikal-bot", "--json"],
        ["apply", "magikal-bot", "--dry-run"],
        ["check", "magikal-bot"],
        ["revisions", "magikal-bot"],
        ["status", "magikal-bot"],
        ["history", "magikal-bot"],
    ],
    ids=" ".join,
)
def test_a_question_writes_nothing(vps, question):
    files, state = everything(vps), vps.snapshot()
    ended = vps.orchestrate(*question)
    assert ended.code == 0, str(ended)
    assert everything(vps) == files
    assert vps.snapshot() == state


def test_a_plan_says_what_would_be_done(vps):
    plan = vps.orchestrate("plan", "magikal-bot")
    line_with(plan, "002_panels", "003_tempvc")
    line_with(plan, "restart", "magikal-bot.service")


def test_a_dry_run_makes_the_checks(vps):
    vps.host.shell("rm /home/magikalbot/backups/*.dump")
    ended = vps.apply("--dry-run")
    assert ended.code == 1, str(ended)
    line_with(ended, "appdb-")
