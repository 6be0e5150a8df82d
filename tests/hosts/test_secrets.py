"""The database password appears in the env file and nowhere else."""

import contextlib

from magikal import ENV_FILE, PASSWORD, PROJECT

# Command lines of all processes, as fast as they can be read. Environments are not read: children need theirs.
SAMPLER = """
import pathlib, sys
print("sampling", flush=True)
while True:
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes()
        except OSError:
            continue
        if sys.argv[1].encode() in line and b"sampling" not in line:
            print(line.replace(b"\\0", b" ").decode(), flush=True)
"""


def test_the_password_reaches_no_file_no_journal_no_command_line_and_no_git_object(vps):
    vps.pending('print(os.environ["ALEMBIC_DATABASE_URL"])\nprint("the password is", sa.engine.make_url('
                'os.environ["ALEMBIC_DATABASE_URL"]).password)')  # fmt: skip
    with sampled_command_lines(vps) as seen:
        ended = vps.apply_approving()
    assert ended.code == 0, str(ended)
    assert PASSWORD not in ended.out + ended.err
    assert seen() == ""
    assert vps.host.run("grep", "-rl", PASSWORD, "/var/lib/orchestrate").out == ""
    assert PASSWORD not in vps.host.run("journalctl", "--output=verbose", "--no-pager").ok()
    objects = f"cd {PROJECT}; git cat-file --batch --batch-all-objects | grep -a -c {PASSWORD} || true"
    assert vps.host.shell(objects).strip() == "0"


KEY_LINES = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
             "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu", "-----END PRIVATE KEY-----"]  # fmt: skip


def test_no_line_of_a_key_reaches_a_log_however_it_is_printed(vps):
    vps.host.path(ENV_FILE).write_text(vps.host.path(ENV_FILE).read_text() + "SIGNING_KEY='" + "\n".join(KEY_LINES) + "'\n")
    vps.pending('import json\nkey = os.environ["SIGNING_KEY"]\nprint(key)\nprint(repr(key), json.dumps({"key": key}))\n'
                'print(key.replace("\\n", "\\r\\n"))\nprint("x" * 70000, key.replace("\\n", "\\\\n"), "x" * 70000)')  # fmt: skip
    ended = vps.apply_approving()
    assert ended.code == 0, str(ended)
    run = vps.orchestrate("history", "magikal-bot").ok().split()[0]
    said = vps.orchestrate("logs", run).ok()
    assert said.count("***") >= 5
    for line in KEY_LINES:
        assert line not in said + ended.out + ended.err
        assert vps.host.run("grep", "-rlF", "--", line, "/var/lib/orchestrate").out == ""


def test_the_password_is_in_no_answer(vps):
    assert vps.apply().code == 0
    run = vps.orchestrate("history", "magikal-bot").ok().split()[0]
    for question in (["show", run, "--json"], ["logs", run], ["logs", run, "--json"],
                     ["status", "magikal-bot", "--json"], ["plan", "magikal-bot"]):
        vps.orchestrate(*question)  # which looks for it


@contextlib.contextmanager
def sampled_command_lines(vps):
    sampler = vps.host.start("python3", "-c", SAMPLER, PASSWORD)
    assert sampler.child.stdout.readline() == b"sampling\n"
    try:
        yield lambda: sampler.end().out
    finally:
        sampler.end()
