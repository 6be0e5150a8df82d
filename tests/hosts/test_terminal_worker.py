"""The same screen when a worker does the run: stage by stage, with the bytes of a dump while it grows."""

import pytest

import worker
from host import until
from project import boot
from test_terminal import (  # noqa: F401: the same tests on this host
    COLUMNS,
    ROWS,
    test_a_dumb_terminal_gets_plain_lines,
    test_a_terminal_shows_each_stage_while_it_runs_and_the_whole_screen_once_at_the_end,
)
from vps import SHORT_HOLD, TAKE_BACKUP

SLOW = "/srv/slow"
# pg_dump whose second half comes when the test says so.
HALTING = f"""#!/bin/sh
real=$(ls /usr/lib/postgresql/*/bin/pg_dump)
case "$1" in --version) exec "$real" "$@" ;; esac
"$real" "$@" | {{ head -c 2097152; cat {SLOW}/go >/dev/null; cat; }}
"""


@pytest.fixture(scope="module")
def booted(project):
    with boot(project) as host:
        yield worker.WorkerVps(host, project)


@pytest.fixture
def halting(vps):
    vps.host.shell(f"mkdir -p {SLOW}; ln -sf /usr/lib/postgresql/*/bin/* {SLOW}/; rm {SLOW}/pg_dump; mkfifo -m 644 {SLOW}/go")
    vps.host.write(f"{SLOW}/pg_dump", HALTING, 0o755)
    vps.use_policy(SHORT_HOLD, TAKE_BACKUP, (r"(?=\npipeline:)", f"\npostgres: {{ bin: {SLOW} }}\n"))
    vps.sql("CREATE TABLE cfg.large AS SELECT i, md5(i::text) || md5((i * 7)::text) FROM generate_series(1, 90000) i;"
            "ALTER TABLE cfg.large OWNER TO magikal")  # fmt: skip
    yield vps
    vps.host.shell(f"rm -r {SLOW}")


def test_the_bytes_of_a_dump_are_told_while_it_grows(halting):
    screen = halting.host.path("/root/screen")
    command = f"stty rows {ROWS} cols {COLUMNS}; TERM=xterm orchestrate apply magikal-bot"
    client = halting.host.start("script", "--quiet", "--flush", "--return", "--command", command, "/root/screen")
    try:
        until("the bytes are told", 60, lambda: screen.exists() and b"iB of about " in screen.read_bytes())
    finally:
        halting.host.shell(f"timeout 10 sh -c 'echo go >{SLOW}/go'")
    ended = client.wait(90)
    assert ended.code == 0, str(ended)
