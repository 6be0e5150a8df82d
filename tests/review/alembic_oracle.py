"""Answers for a versions directory from Alembic itself: python3 alembic_oracle.py VERSIONS QUERY...

A query is `APPLIED:TARGET`, APPLIED being ids joined by commas. One line of JSON comes back.
"""
import json
import os
import sys
import warnings

from alembic.config import Config
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


print(json.dumps({
    "heads": sorted(scripts.get_heads()),
    "rows": sorted(revision.revision for revision in scripts.revision_map.get_revisions("heads")),
    "orders": [order(query) for query in sys.argv[2:]],
}))
