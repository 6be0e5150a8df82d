"""What is asked of an app that this host does not know."""

import os
import subprocess

import pytest


@pytest.mark.parametrize("verb", ["status", "history"])
def test_a_mistyped_name_is_not_an_app_to_which_nothing_has_happened(verb, tmp_path):
    command = [os.environ["ORCHESTRATE"], verb, "magikal-bto", "--state", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "orchestrate: find magikal-bto: this host has neither a policy nor a run of it; orchestrate status lists the apps\n"
    )


def test_an_app_that_has_a_state_is_known_without_a_policy(tmp_path):
    (tmp_path / "magikal-bot").mkdir()
    command = [os.environ["ORCHESTRATE"], "status", "magikal-bot", "--state", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "no runs yet" in ended.stdout
