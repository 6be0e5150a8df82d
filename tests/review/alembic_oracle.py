"""Answers for a versions directory from Alembic itself: python3 alembic_oracle.py VERSIONS QUERY...

A query is `APPLIED:TARGET`, APPLIED being ids joined by commas; `downgrade:APPLIED:TARGET` asks for the way back. One line
of JSON comes back.
"""
import json
import os
import sys
import warnings

from alembic.config import Config
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

warnings.simplefilter("ignore")
listdir = os.listdir
os.listdir = lambda path=".": sorted(listdir(path))  # as Alembic itself does since 1.10

versions = sys.argv[1]
config = Config()
config.set_main_option("script_location", os.path.dirname(versions))
config.set_main_option("version_locations", versions)
scripts = ScriptDirectory.from_config(config)


def order(query):
    applied, target = query.split(":")
    try:
        revisions = list(scripts.iterate_revisions(
            target, tuple(applied.split(",")) if applied else (), implicit_base=True))
    except (CommandError, RevisionError):
        return "refused"
    return [revision.revision for revision in reversed(revisions)]


for script in scripts.walk_revisions():
    script.module.upgrade = script.module.downgrade = lambda: None


class Rows(HeadMaintainer):
    """The version table, without a database."""

    def _insert_version(self, version):
        self.heads.add(version)

    def _delete_version(self, version):
        self.heads.remove(version)

    def _update_version(self, from_, to_):
        self.heads.remove(from_)
        self.heads.add(to_)


def way_back(query):
    applied, target = query.split(":")
    rows = Rows(None, applied.split(","))
    try:
        steps = scripts._downgrade_revs(target, tuple(applied.split(",")))
        for step in steps:
            rows.update_to_step(step)
    except (CommandError, RevisionError):
        return "refused"
    return {"revisions": [step.revision.revision for step in steps], "rows": sorted(rows.heads)}


print(json.dumps({
    "heads": sorted(scripts.get_heads()),
    "rows": sorted(revision.revision for revision in scripts.revision_map.get_revisions("heads")),
    "orders": [order(query) for query in sys.argv[2:] if not query.startswith("downgrade:")],
    "ways_back": [way_back(query[10:]) for query in sys.argv[2:] if query.startswith("downgrade:")],
}))
