"""What a fault may leave: the oracle that every case of the fault suite is judged by, and the table of its verdicts."""

import json
from collections import Counter
from dataclasses import dataclass

import debian
from host import Ended, until
from magikal import BACKUPS, MAGIKAL, PROJECT
from snapshot import checkout
from vps import NO_HOLD, TAKE_BACKUP, Vps

REVISIONS = ("003_tempvc", "004_more")
GATE = 'op.execute("UPDATE cfg.gate SET passed = true WHERE id = 1")'
GATE_TABLE = "CREATE TABLE cfg.gate (id int, passed boolean); INSERT INTO cfg.gate VALUES (1, false); ALTER TABLE cfg.gate OWNER TO magikal"
OURS = "application_name LIKE 'orchestrate%' OR application_name = 'pg_dump'"
LONG_WAIT = (r"lock_timeout: 5s", "lock_timeout: 5min")
GROUPS = ("committed", "undone", "needs operator")


@dataclass(frozen=True)
class Chain:
    """Two pending revisions, and how far each commits on its own. Each notes in a table that it was there."""

    name: str
    body: str
    per_migration: bool = False


def noted(revision: str) -> str:
    return f"op.execute(\"INSERT INTO cfg.upgrades VALUES ('{revision}')\")"


TRANSACTIONAL = Chain("one transaction", "{noted}\n{gate}\nop.execute(\"ALTER TABLE cfg.panels ADD COLUMN {column} int\")")
PER_MIGRATION = Chain("one per migration", TRANSACTIONAL.body, per_migration=True)
AUTOCOMMIT = Chain(
    "autocommit",
    "with op.get_context().autocommit_block():\n    {noted}\n    {gate}\n"
    '    op.execute("ALTER TABLE cfg.panels ADD COLUMN {column} int")',
)
CHAINS = (TRANSACTIONAL, PER_MIGRATION, AUTOCOMMIT)


class Case:
    """One fault in one run of `apply`, on a host that was put back to its start."""

    def __init__(self, vps: Vps, chain: Chain, gate_in: str | None = None):
        self.vps, self.chain = vps, chain
        vps.reset()
        self.use_policy()
        vps.sql("CREATE TABLE cfg.upgrades (revision text); ALTER TABLE cfg.upgrades OWNER TO magikal")
        vps.sql(GATE_TABLE)
        below = MAGIKAL.current
        for number, revision in enumerate(REVISIONS):
            body = chain.body.format(
                noted=noted(revision), gate=GATE if revision == gate_in else "pass", column=f"more_{number}"
            )
            vps.pending(body, revision, below)
            below = revision
        env = vps.host.path(f"{PROJECT}/migrations/env.py")  # keywords behind ** could say anything, so they are written out
        written = "connection=connection, include_schemas=True, version_table_schema=SCHEMA"
        written += ", transaction_per_migration=True" if chain.per_migration else ""
        text = env.read_text().replace("connection=connection, **options()", written)
        env.write_text(text.replace("literal_binds=True, **options()", "literal_binds=True"))
        self.before = checkout(vps.host, MAGIKAL)

    def use_policy(self, *edits: tuple[str, str]) -> None:
        self.vps.use_policy(NO_HOLD, TAKE_BACKUP, LONG_WAIT, *edits)

    def verdict(self) -> str:
        """After the fault and the next command: exactly one of GROUPS, and all that must hold whichever it is."""
        vps = self.vps
        nothing_of_ours_runs(vps)
        followed = vps.apply()
        nothing_of_ours_runs(vps)
        runs = json.loads(vps.orchestrate("history", "magikal-bot", "--json").ok())["runs"]
        only_what_followed = len(runs) == 1 and followed.code == 0  # what was hit had not come to be a run
        hit = None if only_what_followed or not runs else runs[-1]
        group = self.group(hit, followed)
        self.upgrades_at_most_once(group)
        self.checkout_is_as_before_or_at_the_restore_point()
        ledger_verifies(vps, [run["run"] for run in runs])
        assert vps.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0", str(followed)
        assert not [file.name for file in vps.host.path(BACKUPS).iterdir() if file.name.endswith(".partial")]
        return group

    def group(self, hit: dict | None, followed: Ended) -> str:
        result = hit["finished"]["result"] if hit else "failed-unchanged"
        if result in ("succeeded", "failed-unchanged"):
            assert followed.code == 0, f"{result}, then {followed}"
            assert self.vps.revision() == REVISIONS[-1], str(followed)
            return "committed" if result == "succeeded" else "undone"
        assert result == "held", result
        if followed.code == 0:  # it stood behind the upgrade, and the next command finished it
            assert self.vps.revision() == REVISIONS[-1], str(followed)
            return "committed"
        assert followed.code == 5, str(followed)
        assert hit["finished"]["next"].startswith("orchestrate "), str(hit)
        return "needs operator"

    def upgrades_at_most_once(self, group: str) -> None:
        noted_down = Counter(self.vps.sql("SELECT revision FROM cfg.upgrades").split())
        if group == "needs operator":
            assert set(noted_down.values()) <= {1}, noted_down
        else:
            assert noted_down == Counter(REVISIONS), noted_down
            assert self.vps.unit("ActiveState")["ActiveState"] == "active"

    def checkout_is_as_before_or_at_the_restore_point(self) -> None:
        now = checkout(self.vps.host, MAGIKAL)
        assert now["files"] == self.before["files"] and now["branch"] == self.before["branch"]
        added = self.vps.git("log", "--format=%s", f"{self.before['head'].strip()}..HEAD").splitlines()
        assert all(subject.startswith("restore point") for subject in added) and len(added) <= 1, added


def nothing_of_ours_runs(vps: Vps) -> None:
    left = "orchestrate( |$)|alembic|pg_dump|pg_restore|strace|/git"
    asked = ("pgrep", "--list-full", "--full", left)
    until("our processes have ended", 15, lambda: vps.host.run(*asked).code == 1)
    sessions = f"SELECT count(*) FROM pg_stat_activity WHERE datname = 'appdb' AND ({OURS})"
    until("our sessions have ended", 30, lambda: vps.sql(sessions) == "0")


def ledger_verifies(vps: Vps, runs: list[str]) -> None:
    for run in runs:
        shown = vps.orchestrate("show", run)
        assert shown.code == 0 and "warning" not in shown.err, str(shown)


class Table:
    """Cases by fault, chain and verdict; printed, and kept beside the build."""

    def __init__(self):
        self.counts: dict[tuple[str, str], Counter] = {}

    def add(self, fault: str, chain: Chain, verdict: str) -> None:
        self.counts.setdefault((fault, chain.name), Counter())[verdict] += 1

    def text(self) -> str:
        rows = [f"{'fault':<52} {'chain':<18} {'cases':>5}  " + "  ".join(f"{group:>14}" for group in GROUPS)]
        for (fault, chain), counts in self.counts.items():
            numbers = "  ".join(f"{counts[group]:>14}" for group in GROUPS)
            rows.append(f"{fault:<52} {chain:<18} {counts.total():>5}  {numbers}")
        total = sum(self.counts.values(), Counter())
        rows.append(f"{'all':<71} {total.total():>5}  " + "  ".join(f"{total[group]:>14}" for group in GROUPS))
        return "\n".join(rows) + "\n"

    def keep(self, name: str) -> None:
        (debian.OWN_BUILD / name).write_text(self.text())
        print("\n" + self.text())


def kept_table(name: str):
    """For a fixture: the table of a file's cases, which outlives them."""
    table = Table()
    yield table
    table.keep(name)


def judged(table: Table, fault: str, case: Case, where: str) -> str:
    try:
        verdict = case.verdict()
    except AssertionError as error:
        raise AssertionError(f"{fault}, {case.chain.name}, {where}: {error}") from error
    table.add(fault, case.chain, verdict)
    return verdict
