"""The screen as a person sees it: on a pseudo-terminal, through a terminal emulator."""

import re

import pyte

COLUMNS, ROWS = 100, 40
STAGES = ["preflight", "backup", "review", "restore point", "upgrade", "post-check", "restart", "journal"]
RUNNING = re.compile(r"^  [|/\\-]   ?(\w[\w -]*?) {2,}")
BESIDE = re.compile(r"  \+ (\w[\w -]*?)(?=  \+|$)")  # checks that run at the same time share the line


def apply_on_a_terminal(vps, term):
    """What `apply` sent to a terminal of that kind."""
    command = f"stty rows {ROWS} cols {COLUMNS}; TERM={term} orchestrate apply magikal-bot"
    ended = vps.host.run("script", "--quiet", "--return", "--command", command, "/dev/null", seconds=90)
    assert ended.code == 0, str(ended)
    return ended.out


def stage_lines(lines, stage):
    return [line for line in lines if re.match(rf"  (ok|!|FAIL) +{stage}  ", line)]


def test_a_terminal_shows_each_stage_while_it_runs_and_the_whole_screen_once_at_the_end(vps):
    sent = apply_on_a_terminal(vps, "xterm")
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    seen_running = []
    for piece in re.split(r"(?<=\r)(?!\n)", sent):
        stream.feed(piece)
        lines = [line.rstrip() for line in screen.display if line.strip()]
        if not (lines and (line := RUNNING.match(lines[-1]))):
            continue
        running = [line[1], *BESIDE.findall(lines[-1])]
        seen_running += [stage for stage in running if stage not in seen_running]
        ended = [stage for stage in STAGES[: STAGES.index(running[0])] if stage not in running]
        assert all(len(stage_lines(lines, stage)) == 1 for stage in ended), lines
    assert seen_running == STAGES

    lines = [line.rstrip() for line in screen.display]
    for stage in STAGES:
        assert len(stage_lines(lines, stage)) == 1, lines
    assert not any(RUNNING.match(line) for line in lines)
    assert sum("002_panels -> 003_tempvc" in line and "run " in line for line in lines) == 1
    last = max(row for row, line in enumerate(lines) if line)
    assert lines[last].startswith("done in ")
    assert (screen.cursor.y, screen.cursor.x, screen.cursor.hidden) == (last + 1, 0, False)
    assert screen.cursor.attrs == screen.default_char  # no colour is left on


def test_a_dumb_terminal_gets_plain_lines(vps):
    sent = apply_on_a_terminal(vps, "dumb")
    assert "\x1b" not in sent
    assert sent.count("\r") == sent.count("\r\n") == sent.count("\n")
    for stage in STAGES:
        assert len(stage_lines(sent.splitlines(), stage)) == 1, sent
