"""What `orchestrate init` shows, writes, leaves alone and refuses."""

import json

import pytest

import worker
from magikal import ENV_FILE, INSTALLED_POLICY, PROJECT, UNIT
from project import boot
from vps import line_with

APP = "magikal-bot"
WORKER = f"/etc/systemd/system/orchestrate-worker@{APP}.service.d/10-{APP}.conf"
RULES = f"/etc/polkit-1/rules.d/60-orchestrate-{APP}.rules"
DIRECTORIES = f"/etc/tmpfiles.d/orchestrate-{APP}.conf"
GATE = f"/etc/systemd/system/{UNIT}.d/50-orchestrate-gate.conf"
FILES = (INSTALLED_POLICY, WORKER, RULES, DIRECTORIES)


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.PackagedVps(host, project)


@pytest.fixture
def bare(vps):
    vps.host.run("rm", INSTALLED_POLICY).ok()
    yield vps
    vps.host.run("rm", "-rf", *FILES, GATE)
    vps.host.shell("systemctl daemon-reload; chmod 0640 /etc/magikal-bot.env")


def init(vps, *options: str, user: str = "root"):
    return vps.orchestrate("init", PROJECT, *options, user=user)


def contents(vps) -> dict[str, str]:
    return {file: vps.host.path(file).read_text() for file in FILES if vps.host.path(file).exists()}


def test_without_write_it_shows_what_it_would_write_and_where_it_found_it(bare):
    ended = init(bare, user="magikalbot")
    assert ended.code == 0, str(ended)
    assert contents(bare) == {}
    assert not bare.host.path(f"/var/lib/orchestrate/{APP}").exists()
    for file in FILES:
        assert f"--- /dev/null\n+++ {file}\n" in ended.out
    assert "+  database_url: ${ALEMBIC_DATABASE_URL}" in ended.out
    for words in (f"user: magikalbot (/etc/systemd/system/{UNIT}:7)", f"database URL: ${{ALEMBIC_DATABASE_URL}} ({ENV_FILE}:2)",
                  f"version table: cfg.alembic_version ({PROJECT}/migrations/env.py:"):  # fmt: skip
        assert words in ended.err
    assert init(bare, "--diff", user="magikalbot").out == ended.out


def test_as_json_it_says_the_same(bare):
    answer = json.loads(init(bare, "--json").out)
    assert [file["path"] for file in answer["files"]] == list(FILES)
    assert {file["standing"] for file in answer["files"]} == {"absent"}
    assert {"what": "user", "value": "magikalbot", "file": f"/etc/systemd/system/{UNIT}", "line": 7} in answer["found"]
    assert answer["missing"] == []
    assert init(bare, "--json", "--write").code == 0
    assert set(contents(bare)) == set(FILES)


def test_a_second_time_changes_nothing(bare):
    assert init(bare, "--write").code == 0
    before = contents(bare)
    again = init(bare, "--write")
    assert again.code == 0, str(again)
    assert "wrote" not in again.out
    assert contents(bare) == before
    assert init(bare).out == ""


def test_what_it_wrote_itself_follows_the_host_unless_somebody_edited_it(bare):
    assert init(bare, "--write").code == 0
    edited = bare.host.path(RULES).read_text() + "// mine\n"
    bare.host.write(RULES, edited)
    bare.host.write("/etc/systemd/system/magikal-helper.service",
                    f"[Service]\nUser=magikalbot\nWorkingDirectory={PROJECT}\nExecStart=/bin/sleep 1000\n")  # fmt: skip
    try:
        ended = init(bare, "--app", APP, "--write")
    finally:
        bare.host.run("rm", "/etc/systemd/system/magikal-helper.service")
    assert ended.code == 0, str(ended)
    line_with(ended, f"{RULES}: stays as it is")
    assert "services: [magikal-bot.service, magikal-helper.service]" in contents(bare)[INSTALLED_POLICY]
    assert contents(bare)[RULES] == edited


def test_a_file_of_somebody_else_is_refused_and_nothing_is_written(bare):
    bare.host.write(WORKER, "[Service]\nUser=me\n")
    ended = init(bare, "--write")
    assert ended.code == 1, str(ended)
    line_with(ended, f"write {WORKER}", "a file that init did not write", "nothing was written", "--diff")
    assert contents(bare) == {WORKER: "[Service]\nUser=me\n"}
    assert "-User=me\n" in init(bare, "--diff").out


def test_a_marked_line_is_filled_in_and_the_rest_is_made_from_it(bare):
    bare.host.shell(f"sed -i 's/^\\(ALEMBIC_\\)\\?DATABASE_URL/\\1ADDRESS/' {ENV_FILE}")
    bare.host.shell(f"sed -i 's/ALEMBIC_DATABASE_URL/UNHEARD_OF/' {PROJECT}/migrations/env.py")
    first = init(bare, "--write")
    assert first.code == 0, str(first)
    line_with(first, "not found: database URL", "ALEMBIC_ADDRESS, ADDRESS hold one")
    line_with(first, f"next: edit {INSTALLED_POLICY} where it says FILL IN")
    assert bare.orchestrate("check", APP).code == 78
    assert set(contents(bare)) == {INSTALLED_POLICY}

    text = contents(bare)[INSTALLED_POLICY]
    [line] = [line for line in text.splitlines() if "# FILL IN: " in line]
    filled = line.replace("# FILL IN: ", "").replace("DATABASE_URL", "ALEMBIC_ADDRESS")
    bare.host.write(INSTALLED_POLICY, text.replace(line, filled))
    second = init(bare, "--write")

    assert second.code == 0, str(second)
    line_with(second, f"{INSTALLED_POLICY}: stays as it is")
    assert bare.orchestrate("check", APP).code == 0
    assert set(contents(bare)) == set(FILES)


def test_only_root_writes(bare):
    ended = init(bare, "--write", user="magikalbot")
    assert ended.code == 77, str(ended)
    line_with(ended, "only root may", "sudo")


def test_wrong_words_are_refused_in_one_line(bare):
    for words in (["--gate", "cron.service"], ["--app", "../x"], ["--unit", "x"]):
        ended = init(bare, *words)
        assert ended.code == 2, str(ended)
    assert bare.orchestrate("init", "/nowhere").code == 2
    assert init(bare, "--diff", "--write").code == 2


def test_an_env_file_of_root_alone_is_handed_to_the_worker(bare):
    bare.host.shell(f"chmod 0600 {ENV_FILE}")
    assert init(bare, "--write").code == 0
    assert f"LoadCredential=env:{ENV_FILE}\n" in contents(bare)[WORKER]


def test_the_gate_that_it_writes_keeps_the_service_down_until_the_schema_is_right(bare):
    bare.host.write(f"/etc/systemd/system/{UNIT}.d/10-own.conf", "[Service]\nExecStartPre=/bin/true\n")
    try:
        ended = init(bare, "--gate", UNIT, "--write")
    finally:
        bare.host.run("rm", f"/etc/systemd/system/{UNIT}.d/10-own.conf")
    assert ended.code == 0, str(ended)
    line_with(ended, f"{UNIT}.d/10-own.conf:2", "before it asks the gate")
    bare.host.run("systemctl", "daemon-reload").ok()
    assert bare.host.run("systemctl", "restart", UNIT).code != 0
    bare.runbook("upgrade head").ok()
    bare.host.run("systemctl", "reset-failed", UNIT)
    bare.host.run("systemctl", "restart", UNIT).ok()
    assert bare.wait_for_journal("50 panels online")


def test_the_rules_that_it_writes_let_the_user_apply_without_root(bare):
    assert init(bare, "--write").code == 0
    bare.host.shell("gpasswd --add magikalbot systemd-journal; systemctl restart polkit")
    try:
        ended = bare.apply("--local", user="magikalbot")
        other = bare.host.run("systemctl", "--no-ask-password", "restart", "cron.service", user="magikalbot")
        verb = bare.host.run("systemctl", "--no-ask-password", "kill", UNIT, user="magikalbot")
    finally:
        bare.host.shell("gpasswd --delete magikalbot systemd-journal")
    assert ended.code == 0, str(ended)
    assert bare.revision() == "003_tempvc"
    assert other.code != 0 and verb.code != 0


def test_systemd_reads_the_directories_that_it_writes(bare):
    assert init(bare, "--write").code == 0
    bare.host.shell(f"rmdir /var/lib/orchestrate/{APP}; systemd-tmpfiles --create orchestrate-{APP}.conf")
    assert bare.host.shell(f"stat --format='%a %U' /var/lib/orchestrate/{APP}") == "2750 magikalbot\n"
