"""`orchestrate review` as an application's CI calls it: a checkout, no policy, no database, none of its packages."""

import json
import os
import subprocess

import pytest

VERSION = '''from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = {down!r}


def upgrade():
    {body}


def downgrade():
    pass
'''
CREATE = 'op.create_table("panels", sa.Column("id", sa.BigInteger, primary_key=True))'
DROP = 'op.drop_column("panels", "title")'


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with a revision that is harmless and, after it, one that drops a column; we stand in it."""
    version(tmp_path, "001", None, CREATE)
    version(tmp_path, "002", "001", DROP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def version(top, revision, down, body):
    directory = top / "migrations/versions"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{revision}.py").write_text(VERSION.format(id=revision, down=down, body=body))


def review(*options, versions="migrations/versions", **variables):
    environment = {"PATH": "/usr/bin:/bin", "TERM": "dumb", **variables}
    command = [os.environ["ORCHESTRATE"], "review", "--versions", versions, *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_a_red_flag_is_shown_at_its_line_and_ends_with_3(checkout):
    ended = review("--from", "001")
    assert ended.returncode == 3, ended
    assert "    migrations/versions/002.py:9:5  drop-column  [blocks]\n" in ended.stdout
    assert f"      9 |     {DROP}\n" in ended.stdout
    assert "accept: orchestrate approve APP 002:drop-column:panels.title" in ended.stdout
    assert ended.stderr == ""


def test_no_red_flag_ends_with_0(checkout):
    version(checkout, "002", "001", "pass")
    ended = review()
    assert ended.returncode == 0, ended
    assert ended.stdout.startswith("  !   review     2 revisions, 1 statement, 1 advice\n")


def test_only_what_comes_after_a_revision_is_read(checkout):
    assert review("--from", "002").returncode == 0
    assert review("--from", "001").returncode == 3
    assert review("--from", "001", "--target", "001").returncode == 0


def test_a_table_that_the_reviewed_revisions_make_themselves_has_nothing_to_lose(checkout):
    assert review().returncode == 0
    assert review("--from", "001").returncode == 3


def test_json_is_for_programs(checkout):
    for options in (["--format", "json"], ["--json"]):
        ended = review("--from", "001", *options)
        told = json.loads(ended.stdout)
        assert (ended.returncode, told["schema_version"], told["revisions"], told["statements"]) == (3, 1, 1, 1)
        [flag] = [finding for finding in told["findings"] if finding["severity"] == "blocks"]
        assert (flag["rule"], flag["severity"], flag["line"]) == ("drop-column", "blocks", 9)


def test_annotations_name_files_from_the_root_of_the_repository(checkout, monkeypatch):
    at_the_root = review("--from", "001", "--format", "github")
    monkeypatch.chdir(checkout / "migrations")
    below_it = review("--from", "001", "--format", "github", versions="versions", GITHUB_WORKSPACE=str(checkout))
    for ended in (at_the_root, below_it):
        assert ended.returncode == 3, ended
        line, advice = ended.stdout.splitlines()
        assert advice.startswith("::notice file=migrations/versions/002.py,title=")
        assert line.startswith("::error file=migrations/versions/002.py,line=9,col=5,title=drop-column::"), line
        assert ended.stderr == "review: 1 red flag\n"


def test_a_code_scanner_gets_sarif(checkout):
    ended = review("--from", "001", "--format", "sarif")
    assert ended.returncode == 3, ended
    log = json.loads(ended.stdout)
    [run] = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    [flag] = [result for result in run["results"] if result["level"] == "error"]
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert {result["ruleId"] for result in run["results"]} <= rules
    assert flag["ruleId"] == "drop-column"
    place = flag["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "migrations/versions/002.py"
    assert place["region"] == {"startLine": 9, "startColumn": 5}
    assert "the column panels.title is dropped" in flag["message"]["text"]
    assert flag["partialFingerprints"]["finding/v1"].startswith("002:drop-column:panels.title:")


def test_a_comment_on_a_pull_request_is_markdown(checkout):
    ended = review("--from", "001", "--format", "markdown")
    assert ended.returncode == 3, ended
    assert ended.stdout.startswith("### Migrations: 1 red flag\n")
    assert "- **blocks** drop-column at migrations/versions/002.py:9: the column panels.title is dropped; " in ended.stdout
    assert f"  ```python\n      {DROP}\n  ```\n" in ended.stdout


SQL = """BEGIN;
ALTER TABLE panels DROP COLUMN title;
CREATE INDEX CONCURRENTLY inside ON panels (id);
COMMIT;
CREATE INDEX CONCURRENTLY outside ON panels (title);
"""


def review_sql(*options, given=""):
    environment = {"PATH": "/usr/bin:/bin", "TERM": "dumb"}
    command = [os.environ["ORCHESTRATE"], "review", *options]
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, timeout=60)


def test_sql_is_read_as_psql_runs_it(checkout):
    (checkout / "change.sql").write_text(SQL)
    from_file = review_sql("--sql", "change.sql")
    assert from_file.returncode == 3, from_file
    assert "change.sql:2:1  drop-column  [blocks]" in from_file.stdout
    assert "change.sql:3:1  concurrently-in-transaction" in from_file.stdout
    assert "change.sql:5" not in from_file.stdout
    piped = review_sql("--sql", "-", given=SQL)
    assert piped.stdout == from_file.stdout.replace("change.sql", "stdin")
    assert review_sql("--sql", "-", given="SELECT 1;").returncode == 0
    odd = review_sql("--sql", "-", given="SELEC 1;")
    assert (odd.returncode, "does not understand the SQL" in odd.stdout) == (3, True)
    gone = review_sql("--sql", "nowhere.sql")
    assert (gone.returncode, "read nowhere.sql: No such file or directory" in gone.stderr) == (2, True)
    assert review_sql().returncode == 2
    assert review_sql("--sql", "change.sql", "--versions", "migrations/versions").returncode == 2


def test_the_revisions_before_tell_of_the_schema(checkout):
    version(checkout, "001", None, 'op.create_table("panels", sa.Column("id", sa.Integer), sa.Column("title", sa.String(20)))')
    version(checkout, "002", "001", 'op.alter_column("panels", "title", type_=sa.String(40))')
    ended = review("--from", "001")
    assert ended.returncode == 0, ended
    version(checkout, "001", None, 'op.create_table("panels", sa.Column("id", sa.Integer), sa.Column("title", sa.String(60)))')
    ended = review("--from", "001")
    assert "lossy-type-change" in ended.stdout and ended.returncode == 3, ended


def test_a_dumped_schema_tells_of_it_too(checkout):
    (checkout / "change.sql").write_text("ALTER TABLE panels ALTER COLUMN title TYPE varchar(40);")
    (checkout / "schema.sql").write_text("\\restrict x\nCREATE TABLE public.panels (id int, title character varying(20));\n")
    assert "type-change" in review_sql("--sql", "change.sql").stdout
    known = review_sql("--sql", "change.sql", "--schema", "schema.sql")
    assert "type-change" not in known.stdout and known.returncode == 0, known
    gone = review_sql("--sql", "change.sql", "--schema", "nowhere.sql")
    assert (gone.returncode, "read nowhere.sql: No such file or directory" in gone.stderr) == (2, True)
    other = review_sql("--sql", "change.sql", "--schema", "change.sql")
    assert (other.returncode, "it makes no table; name what pg_dump" in other.stderr) == (2, True)
    assert review("--schema", "schema.sql").returncode == 2


def test_locks_are_summed_by_table(checkout):
    (checkout / "change.sql").write_text("BEGIN; ALTER TABLE panels ADD a int; UPDATE notes SET b = 1; COMMIT;")
    said = "panels: ACCESS EXCLUSIVE from change.sql:1, held while 2 statements run, 1 of which reads or writes rows"
    assert f"    locks {said}\n" in review_sql("--sql", "change.sql").stdout
    assert f"#### Locks\n\n- {said.replace('_', '')}" in review_sql("--sql", "change.sql", "--format", "markdown").stdout
    [lock] = json.loads(review_sql("--sql", "change.sql", "--format", "json").stdout)["locks"]
    assert (lock["table"], lock["lock"], lock["statements"], lock["bytes"]) == ("panels", "ACCESS EXCLUSIVE", 2, None)


def test_two_heads_are_a_red_flag_unless_they_are_meant(checkout):
    version(checkout, "002", "001", "pass")
    version(checkout, "002_other", "001", "pass")
    ended = review()
    assert ended.returncode == 3
    assert "there are several heads: 002, 002_other" in ended.stdout
    assert review("--target", "heads").returncode == 0


def test_a_file_that_python_does_not_understand_is_a_red_flag(checkout):
    (checkout / "migrations/versions/003.py").write_text("revision = '003'\ndown_revision = '002'\ndef upgrade(:\n")
    ended = review("--from", "002")
    assert ended.returncode == 3, ended
    assert "003.py" in ended.stdout


@pytest.mark.parametrize(
    "options, says",
    [
        pytest.param(["--format", "xml"], "xml not in {text,json,github,sarif,markdown}", id="a format that is not built"),
        pytest.param(["--from", "deadbeef"], "deadbeef is neither a revision nor a branch label", id="an unknown revision"),
        pytest.param(["--versions", "nowhere"], "nowhere is no directory", id="no such directory"),
    ],
)
def test_wrong_usage_is_2_and_never_a_pass(checkout, options, says):
    ended = review(*options)
    assert ended.returncode == 2, ended
    assert says in ended.stderr


def test_a_directory_without_version_files_is_not_a_pass(checkout):
    (checkout / "empty").mkdir()
    ended = review(versions="empty")
    assert ended.returncode == 2, ended
    assert "there are none in empty" in ended.stderr


def test_nothing_is_written(checkout):
    before = sorted(checkout.rglob("*"))
    review()
    assert sorted(checkout.rglob("*")) == before


def rules(*words):
    return subprocess.run([os.environ["ORCHESTRATE"], "rules", *words], capture_output=True, text=True, timeout=60)


def test_every_rule_has_a_page_with_a_way_that_is_better():
    listed = json.loads(rules("--json").stdout)["rules"]
    assert len(listed) > 50
    told = rules().stdout.splitlines()
    assert [line.split()[0] for line in told] == [rule["id"] for rule in listed]
    for rule in listed:
        page = rules(rule["id"]).stdout
        assert page.startswith(f"{rule['id']} ({rule['category']}): {rule['summary']}\n")
        assert ("better, in" in page) == (rule["needs"] != "run") and all(len(line) <= 120 or "    " in line for line in page.splitlines())
    assert "op.drop_column(\"panels\", \"title\")" in rules("drop-column").stdout


def test_a_rule_that_there_is_not_is_told():
    ended = rules("drop-colum")
    assert ended.returncode == 2
    assert "did you mean drop-column?" in ended.stderr
    assert "orchestrate rules lists them" in rules("no-such-rule-at-all").stderr
