"""A pipeline with a rehearsal, and what the production server's own log tells of the upgrade after it."""

import json
import re

import debian
from vps import SHORT_HOLD


def rehearsal_of(vps):
    """The stage of the newest run."""
    [newest, *_] = json.loads(vps.orchestrate("history", vps.project.app, "--json").ok())["runs"]
    shown = json.loads(vps.orchestrate("show", newest["run"], "--json").ok())
    [stage] = [stage for stage in shown["stages"] if stage["name"] == "rehearsal"]
    return stage


def facts_of_rehearsal(vps):
    [facts] = [proof["facts"] for proof in rehearsal_of(vps)["outcome"]["evidence"] if proof["name"] == "rehearsal.passed"]
    return facts


def upgraded_as_rehearsed(vps, *edits, apply=None):
    """Applies with a rehearsal before, and compares what that recorded with what the real server logged, statement by statement."""
    role, log = vps.project.role, f"/var/log/postgresql/postgresql-{debian.wanted().postgres}-main.log"
    vps.use_policy(SHORT_HOLD, *edits, rehearsed=True)
    vps.sql(f"ALTER ROLE {role} SET log_statement = 'all'")
    vps.host.shell(f"true > {log}")
    ended = apply() if apply else vps.apply()
    vps.sql(f"ALTER ROLE {role} RESET log_statement")
    assert ended.code == 0, str(ended)
    facts = facts_of_rehearsal(vps)
    recorded = [without_literals(one["sql"]) for one in facts["statements"]]
    upgraded = [without_literals(sql) for sql in statements_of_upgrade(vps, vps.host.path(log).read_text())]
    assert recorded == upgraded
    return facts


def statements_of_upgrade(vps, log):
    """Of the session that moved the version table; a statement's further lines begin with a tab."""
    moved = re.compile(rf"(UPDATE|INSERT INTO) (\w+\.)?{vps.project.version_table.split('.')[1]}\b")
    sessions = {}
    for entry in re.split(r"\n(?=\d{4}-)", log):
        if found := re.match(r"\S+ \S+ \S+ \[(\d+)\] .*?LOG:  (?:statement|execute [^:]+): (.*)", entry, re.DOTALL):
            sessions.setdefault(found[1], []).append(found[2].rstrip("\n"))
    [statements] = [all for all in sessions.values() if any(moved.search(sql) for sql in all)]
    return statements


def without_literals(sql):
    return re.sub(r"\s+", " ", re.sub(r"'[^']*'|\$\d+|\b\d+\b", "?", sql)).strip()
