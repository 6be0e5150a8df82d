"""What is typed wrong gets one line that says what to type instead."""

import os
import subprocess

import pytest


@pytest.mark.parametrize("typed, hint", [("aply", "did you mean: orchestrate apply"), ("frobnicate", "orchestrate --help lists them")])
def test_a_command_that_there_is_not(typed, hint):
    ended = subprocess.run([os.environ["ORCHESTRATE"], typed, "magikal-bot"], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"orchestrate: find the command {typed}: there is none of that name; {hint}\n"
