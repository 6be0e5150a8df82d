"""What the program itself says of its verbs and options."""

import os
import re
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("ORCHESTRATE_BUILD", SOURCE / "build/release"))
PROGRAM = Path(os.environ.get("ORCHESTRATE", BUILD / "src/cli/orchestrate"))


def verbs() -> list[str]:
    listed = re.split(r"(?i)^subcommands:", help_text(), flags=re.MULTILINE)[1]
    return re.findall(r"^ {2,}([a-z][a-z-]*)", listed, re.MULTILINE)


def options(verb: str) -> set[str]:
    return set(re.findall(r"^ {2,}(?:-h,)?(--[a-z-]+)", help_text(verb), re.MULTILINE))


def help_text(*verb: str) -> str:
    return subprocess.run([PROGRAM, *verb, "--help"], check=True, capture_output=True, text=True).stdout
