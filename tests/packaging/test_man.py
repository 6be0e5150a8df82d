"""The man pages name every verb, option and key that there is, and none that there is not."""

import json
import re
import subprocess

import pytest

import program

PAGES = {
    "orchestrate.1": program.SOURCE / "packaging/man/orchestrate.1",
    "orchestrate-policy.5": program.BUILD / "packaging/orchestrate-policy.5",
    "orchestrated.8": program.SOURCE / "packaging/man/orchestrated.8",
}
COMMON = {"--help", "--json", "--state"}
# What an item is about stands in its first line.
VERB = re.compile(r"^\.It Cm ([a-z-]+)(.*)$", re.MULTILINE)
KEY = re.compile(r"^\.It Ic (\S+)$", re.MULTILINE)
STAGE = re.compile(r"^\.Ss (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_formatted_without_a_warning(name):
    formatted = subprocess.run(["man", "--warnings", "--local-file", PAGES[name]], capture_output=True, text=True,
                               env={"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"})  # fmt: skip
    assert (formatted.returncode, formatted.stderr) == (0, "")
    assert formatted.stdout


def test_every_verb_has_an_item_with_all_of_its_options():
    items = VERB.findall(PAGES["orchestrate.1"].read_text())
    assert sorted(verb for verb, _ in items) == sorted(program.verbs())
    for verb, synopsis in items:
        assert options_in(synopsis) == program.options(verb) - COMMON, verb


def test_no_option_is_named_that_no_verb_has():
    known = COMMON.union({"--version"}, *map(program.options, program.verbs()))
    assert options_in(PAGES["orchestrate.1"].read_text()) <= known


def test_every_key_and_every_stage_of_the_schema_is_described():
    page = PAGES["orchestrate-policy.5"].read_text()
    schema = json.loads((program.SOURCE / "policies/policy.schema.json").read_text())
    stages = schema["properties"]["pipeline"]["items"]["anyOf"][0]["properties"]
    keys = paths(schema, "") | {"name", "timeout"}
    for name, stage in stages.items():
        keys |= paths(stage, f"{name}.") - {f"{name}.name", f"{name}.timeout"}
    assert sorted(KEY.findall(page)) == sorted(keys)
    assert sorted(STAGE.findall(page)) == sorted(stages)


def options_in(roff: str) -> set[str]:
    return {f"-{name}" for name in re.findall(r"\bFl (-[a-z-]+)", roff)}


def paths(schema: dict, before: str) -> set[str]:
    found = set()
    for way in (schema, *schema.get("anyOf", [])):
        for name, key in way.get("properties", {}).items():
            found |= {before + name} | paths(key, f"{before}{name}.")
    return found
