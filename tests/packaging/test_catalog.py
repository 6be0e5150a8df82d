"""The journal's catalog explains each MESSAGE_ID that the program sends, and no other."""

import re

import program

SENT = (program.SOURCE / "src/cli/message_id.hpp").read_text()
CATALOG = (program.SOURCE / "systemd/orchestrate.catalog").read_text()


def test_every_kind_of_entry_has_an_id_of_its_own_and_a_text():
    ids = re.findall(r'"([0-9a-f]{32})"', SENT)
    assert len(set(ids)) == len(ids) == SENT.count("operator()")
    assert sorted(re.findall(r"^-- (\S+)$", CATALOG, re.MULTILINE)) == sorted(ids)


def test_each_text_says_what_it_means_and_which_command_comes_next():
    for text in re.split(r"^-- \S+\n", CATALOG, flags=re.MULTILINE)[1:]:
        header, meaning, *_, following = text.strip().split("\n\n")
        assert header.startswith("Subject: ")
        assert meaning
        assert re.search(r": orchestrate [a-z]+ @ORCHESTRATE_(APP|RUN_ID)@", following), following
