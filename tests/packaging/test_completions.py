"""The completions offer, in each shell, what the program has."""

import os
import pty
import select
import subprocess
import tempfile
import time

import pytest

import program

COMPLETIONS = program.SOURCE / "packaging/completions"
GRADES = {"keeps-data", "loses-data", "partial-commit", "unproven"}
HOME = tempfile.TemporaryDirectory(prefix="orchestrate-shells-")  # fish makes directories in it
ENVIRONMENT = {"PATH": f"{program.PROGRAM.parent}:/usr/bin:/bin", "HOME": HOME.name, "TERM": "dumb", "LANG": "C.UTF-8"}
BASH = """
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
function=$(complete -p orchestrate); function=${function#*-F }; compopt() { :; }
${function% *}
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(*words: str) -> set[str]:
    return lines(["bash", "--norc", "-c", BASH, "bash", COMPLETIONS / "orchestrate.bash", *words])


def fish(*words: str) -> set[str]:
    asked = f"source {COMPLETIONS}/orchestrate.fish; complete --do-complete '{' '.join(words)}'"
    return {line.split("\t")[0] for line in lines(["fish", "--no-config", "-c", asked])}


def lines(command: list) -> set[str]:
    ended = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    assert ended.stderr == ""
    return set(ended.stdout.split("\n")) - {""}


@pytest.mark.parametrize("shell", [bash, fish])
def test_verbs_options_and_their_words(shell):
    assert shell("orchestrate", "") == set(program.verbs())
    assert shell("orchestrate", "rev") == {"review", "revisions"}
    for verb in program.verbs():
        assert shell("orchestrate", verb, "--") == program.options(verb)
    assert shell("orchestrate", "downgrade", "--confirm", "") == GRADES
    assert shell("orchestrate", "downgrade", "--confirm", "p") == {"partial-commit"}


@pytest.mark.parametrize("shell", [bash, fish])
def test_what_nobody_can_guess_is_not_guessed(shell):
    assert shell("orchestrate", "history", "--limit", "") == set()
    assert shell("orchestrate", "approve", "--reason", "") == set()


@pytest.mark.parametrize("shell", [bash, fish])
def test_a_directory_is_completed_as_one(shell, tmp_path):
    (tmp_path / "states").mkdir()
    (tmp_path / "some-file").touch()
    [found] = shell("orchestrate", "apply", "--state", f"{tmp_path}/s")
    assert found.rstrip("/") == f"{tmp_path}/states"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("rev", {"review", "revisions"}), ("downgrade --", {"--confirm", "--dry-run"}), ("downgrade --confirm ", GRADES)],
)
def test_zsh_lists_them_at_a_tab(typed, offered, tmp_path):
    shown = Typed(["zsh", "-f", "-i"], ENVIRONMENT | {"PS1": "ready> ", "ZDOTDIR": str(tmp_path)})
    shown.until("ready> ")
    shown.send(f"fpath=({COMPLETIONS} $fpath); autoload -Uz compinit; compinit -D -u; echo set-$((6*7))\r")
    shown.until("set-42")
    shown.send(f"orchestrate {typed}\t\t")
    for word in offered:
        shown.until(word)
    shown.close()


class Typed:
    """A shell at a terminal."""

    def __init__(self, command: list[str], environment: dict):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        self.shown = ""

    def send(self, text: str) -> None:
        self.shown = ""
        os.write(self.terminal, text.encode())

    def until(self, words: str, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {words} in: {self.shown}"
            self.shown += os.read(self.terminal, 4096).decode("utf-8", "replace")

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.pid, 0)
