"""A network cable between two booted hosts, which can be pulled."""

import subprocess

from host import Host

FIRST, SECOND = "10.99.0.1", "10.99.0.2"


def join(first: Host, second: Host) -> None:
    ip(first, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", str(second.leader))
    for host, address in ((first, FIRST), (second, SECOND)):
        ip(host, "address", "add", f"{address}/24", "dev", "cable")
        plug(host)


def plug(host: Host) -> None:
    ip(host, "link", "set", "cable", "up")


def pull(host: Host) -> None:
    """Nobody is told: what was sent is lost."""
    ip(host, "link", "set", "cable", "down")


def ip(host: Host, *words: str) -> None:
    """This machine's own `ip`: the hosts have none."""
    subprocess.run(["nsenter", "--net", f"--target={host.leader}", "ip", *words], check=True, timeout=10)
