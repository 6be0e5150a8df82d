"""Who asks the daemon beside root: ana, an operator of the admin group, and eve, a stranger."""

import contextlib
import re
import subprocess

import project
from host import until


@contextlib.contextmanager
def boot(of):
    with project.boot(of) as host:
        host.shell("useradd --create-home --groups sudo ana; useradd --create-home eve")
        yield host


OPERATORS = "/etc/polkit-1/rules.d/61-operators.rules"
OPERATORS_RULE = """polkit.addRule(function (action, subject) {
  if (action.id.indexOf("org.orchestrate.") == 0 && subject.isInGroup("sudo")) return polkit.Result.YES; });
"""
READERS_RULE = OPERATORS_RULE.replace('action.id.indexOf("org.orchestrate.") == 0', 'action.id == "org.orchestrate.read"')


def with_a_password(vps, *words):
    """Typed by ana on a terminal: what was shown before the password was taken, and the end."""
    vps.host.shell(f"echo ana:{vps.project.password} | chpasswd; systemctl restart polkit")  # which forgets whom it knew
    typed = f"tty; exec orchestrate {' '.join(words)}"
    asked = vps.host.start("script", "--quiet", "--return", "--command", typed, "/dev/null", user="ana", stdin=subprocess.PIPE)
    shown = b""

    def read_until(words):
        nonlocal shown
        while words not in shown:
            read = asked.child.stdout.read(4096)
            assert read, f"it ended before it said {words}: {shown}"
            shown += read

    read_until(b"Password:")
    # Having asked, the agent hides what is typed, and with that forgets what was typed before.
    terminal = re.search(rb"/dev/pts/\d+", shown)[0].decode()
    until("what is typed is hidden", 10, lambda: " -echo " in vps.host.run("stty", "-a", "-F", terminal).ok())
    asked.child.stdin.write(vps.project.password.encode() + b"\n")
    read_until(b"AUTHENTICATION COMPLETE")
    return shown.decode(), asked.wait(90)
