#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/io_context.hpp>

#include "live_catalog.hpp"
#include "on_loop.hpp"
#include "rate.hpp"
#include "review/enrich.hpp"
#include "review/known_schema.hpp"
#include "review/review.hpp"
#include "review/sql.hpp"
#include "review/work.hpp"

namespace orchestrate {
namespace {

/// What every statement below is run on; with rows, so that a scan or a rewrite has something to do.
constexpr const char* schema = R"(
  CREATE EXTENSION citext;
  CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE);
  CREATE TABLE t (id int PRIMARY KEY, a int, b text, c varchar(20), d numeric(10,2), at timestamp, n int NOT NULL DEFAULT 0, k int,
                  parent_id int, flag boolean, j json, CONSTRAINT a_is_positive CHECK (a > 0));
  INSERT INTO parent SELECT i, i::text FROM generate_series(1, 200) i;
  INSERT INTO t SELECT i, i, i::text, i::text, i, now(), i, i, i, true, '{}' FROM generate_series(1, 200) i;
  ALTER TABLE t ADD CONSTRAINT b_not_null CHECK (b IS NOT NULL) NOT VALID;
  ALTER TABLE t ADD CONSTRAINT parent_fk FOREIGN KEY (parent_id) REFERENCES parent NOT VALID;
  CREATE UNIQUE INDEX t_n ON t (n);
  CREATE UNIQUE INDEX t_a ON t (a);
  CREATE INDEX t_b ON t (b);
  CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
  CREATE VIEW v AS SELECT id FROM t;
  CREATE TABLE log (at date NOT NULL, x int) PARTITION BY RANGE (at);
  CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE log_2 (at date NOT NULL, x int);
  INSERT INTO log SELECT '2020-06-01', i FROM generate_series(1, 100) i;
  INSERT INTO log_2 SELECT '2021-06-01', i FROM generate_series(1, 100) i;
  CREATE TYPE mood AS ENUM ('so', 'so so');
  CREATE DOMAIN plain AS int;
  CREATE DOMAIN unused AS int;
  CREATE TABLE priced (price plain);
  INSERT INTO priced SELECT i FROM generate_series(1, 100) i;
  CREATE SEQUENCE s;
  CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
  ANALYZE;
)";

/// One migration step, as SQL. `before` is done earlier, in a release of its own.
struct Step {
  const char* sql;
  const char* before = "";
  const char* needs_catalog = nullptr;  ///< why the text alone does not tell, so that it is flagged to be safe
  const char* locks_more = nullptr;     ///< why the text alone does not tell all that it locks
  const char* zone = "Europe/Berlin";   ///< TimeZone of the sessions
};

constexpr const char* users = "which tables have columns of the domain";

constexpr auto steps = std::to_array<Step>({
    // columns
    {"ALTER TABLE t ADD COLUMN x int"},
    {"ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 5"},
    {"ALTER TABLE t ADD COLUMN x timestamptz DEFAULT now()"},
    {"ALTER TABLE t ADD COLUMN x text DEFAULT 'a' || 'b'"},
    {"ALTER TABLE t ADD COLUMN x uuid DEFAULT gen_random_uuid()"},
    {"ALTER TABLE t ADD COLUMN x float DEFAULT random()"},
    {"ALTER TABLE t ADD COLUMN x timestamptz DEFAULT clock_timestamp()"},
    {"ALTER TABLE t ADD COLUMN x serial"},
    {"ALTER TABLE t ADD COLUMN x int DEFAULT nextval('s')"},
    {"ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS IDENTITY"},
    {"ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a + 1) STORED"},
    {"ALTER TABLE t ADD COLUMN x int CHECK (x > 0)"},
    {"ALTER TABLE t ADD COLUMN x int UNIQUE"},
    {"ALTER TABLE t ADD COLUMN x int REFERENCES parent"},
    {"ALTER TABLE t ADD COLUMN x int DEFAULT 1 REFERENCES parent"},
    {"ALTER TABLE t ADD COLUMN x int; ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES parent"},
    {"ALTER TABLE t DROP COLUMN d"},
    {"ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"},
    {"ALTER TABLE t ALTER COLUMN n DROP DEFAULT"},
    {"ALTER TABLE t ALTER COLUMN n DROP NOT NULL"},
    {"ALTER TABLE t ALTER COLUMN a SET NOT NULL"},
    {"ALTER TABLE t ALTER COLUMN b SET NOT NULL",
     "ALTER TABLE t ADD CONSTRAINT k CHECK (b IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k"},
    {"ALTER TABLE t ALTER COLUMN b SET NOT NULL", "ALTER TABLE t VALIDATE CONSTRAINT b_not_null",
     "what the constraint says, which is older"},
    {"ALTER TABLE t ALTER COLUMN b SET STATISTICS 500"},
    {"ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL"},
    {"COMMENT ON COLUMN t.a IS 'x'"},
    // domains
    {"ALTER TABLE t ADD COLUMN x plain DEFAULT 1"},
    {"ALTER TABLE t ADD COLUMN x positive", "CREATE DOMAIN positive AS int CHECK (VALUE > 0)"},
    {"ALTER TABLE t ADD COLUMN x positive DEFAULT 1", "CREATE DOMAIN positive AS int CHECK (VALUE > 0)"},
    {"ALTER TABLE t ADD COLUMN x given DEFAULT 1", "CREATE DOMAIN given AS int NOT NULL"},
    {"ALTER DOMAIN plain ADD CONSTRAINT k CHECK (VALUE > 0)", "", nullptr, users},
    {"ALTER DOMAIN plain ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID"},
    {"ALTER DOMAIN plain VALIDATE CONSTRAINT k", "ALTER DOMAIN plain ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID",
     nullptr, users},
    {"ALTER DOMAIN plain SET NOT NULL", "", nullptr, users},
    {"ALTER DOMAIN plain SET DEFAULT 1"},
    {"ALTER DOMAIN unused ADD CONSTRAINT k CHECK (VALUE > 0)", "", users},
    // types
    {"ALTER TABLE t ALTER COLUMN a TYPE bigint"},
    {"ALTER TABLE t ALTER COLUMN a TYPE int", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN k TYPE text USING k::text"},
    {"ALTER TABLE t ALTER COLUMN c TYPE varchar(40)", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN c TYPE text", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN c TYPE varchar(10)"},
    {"ALTER TABLE t ALTER COLUMN b TYPE varchar(50)"},
    {"ALTER TABLE t ALTER COLUMN b TYPE citext"},
    {"ALTER TABLE t ALTER COLUMN d TYPE numeric(14,2)", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN d TYPE numeric(14,4)"},
    {"ALTER TABLE t ALTER COLUMN d TYPE numeric", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN at TYPE timestamptz"},
    {"ALTER TABLE t ALTER COLUMN at TYPE timestamptz", "", "the old type and TimeZone", nullptr, "UTC"},
    {"ALTER TABLE t ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'Europe/Paris'", "", nullptr, nullptr,
     "UTC"},
    {"ALTER TABLE t ALTER COLUMN c TYPE text USING upper(c)"},
    {"ALTER TABLE t ALTER COLUMN c TYPE text USING c::text", "", "the old type"},
    {"ALTER TABLE t ALTER COLUMN j TYPE jsonb"},
    // constraints
    {"ALTER TABLE t ADD CONSTRAINT k CHECK (n >= 0)"},
    {"ALTER TABLE t ADD CONSTRAINT k CHECK (n >= 0) NOT VALID"},
    {"ALTER TABLE t VALIDATE CONSTRAINT b_not_null"},
    {"ALTER TABLE t VALIDATE CONSTRAINT parent_fk", "", nullptr, "to what the constraint leads, which is older"},
    {"ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES parent"},
    {"ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES parent NOT VALID"},
    {"ALTER TABLE t ADD CONSTRAINT k UNIQUE (b)"},
    {"ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_a"},
    {"ALTER TABLE log_2 ADD PRIMARY KEY (x)"},
    {"ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY USING INDEX t_n", "", "whether its columns may be NULL"},
    {"ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY USING INDEX t_a"},
    {"ALTER TABLE t ADD CONSTRAINT k EXCLUDE (n WITH =)"},
    {"ALTER TABLE t DROP CONSTRAINT a_is_positive"},
    {"ALTER TABLE t RENAME CONSTRAINT a_is_positive TO x"},
    // indexes
    {"CREATE INDEX x ON t (c)"},
    {"CREATE UNIQUE INDEX x ON t (c)"},
    {"CREATE INDEX x ON log (x)", "", nullptr, "its partitions"},
    {"REINDEX INDEX t_b", "", nullptr, "of which table the index is"},
    {"REINDEX TABLE t"},
    {"ALTER INDEX t_b RENAME TO x"},
    // tables
    {"CREATE TABLE x (id int PRIMARY KEY, t_id int)"},
    {"CREATE TABLE x (id int PRIMARY KEY, t_id int REFERENCES t)"},
    {"CREATE TABLE x (LIKE t INCLUDING ALL)"},
    {"ALTER TABLE t RENAME TO x"},
    {"ALTER TABLE t RENAME COLUMN a TO x"},
    {"ALTER TABLE t SET (fillfactor = 70)"},
    {"ALTER TABLE t SET UNLOGGED"},
    {"ALTER TABLE t ENABLE ROW LEVEL SECURITY"},
    {"ALTER TABLE t REPLICA IDENTITY FULL"},
    {"ALTER TABLE t CLUSTER ON t_pkey"},
    {"CLUSTER t USING t_pkey"},
    // partitions
    {"ALTER TABLE log ATTACH PARTITION log_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')"},
    {"ALTER TABLE log DETACH PARTITION log_1"},
    {"CREATE TABLE log_3 PARTITION OF log FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')"},
    // others
    {"CREATE VIEW x AS SELECT a FROM t"},
    {"CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 0"},
    {"CREATE MATERIALIZED VIEW x AS SELECT a FROM t"},
    {"REFRESH MATERIALIZED VIEW m"},
    {"CREATE TYPE x AS ENUM ('a')"},
    {"ALTER TYPE mood ADD VALUE 'x'"},
    {"CREATE SEQUENCE x"},
    {"ALTER SEQUENCE s INCREMENT 2"},
    {"CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'select 1'"},
    {"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"},
    {"CREATE POLICY x ON t USING (true)"},
    {"CREATE STATISTICS x ON a, b FROM t"},
    {"CREATE EXTENSION pg_trgm"},
    {"GRANT SELECT ON t TO PUBLIC"},
    {"INSERT INTO parent VALUES (1000, 'x')"},
    {"INSERT INTO parent SELECT id + 1000, 'x' || id FROM t"},
    {"CREATE TABLE x AS SELECT * FROM t"},
    {"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"},
    {"SELECT setval('s', (SELECT max(id) FROM t))"},
});

/// What PostgreSQL did for one statement, to tables and indexes that were there before.
struct Seen {
  bool locks_out_writers = false;  ///< SHARE or stronger on a table
  bool scans = false;              ///< a whole table
  bool writes_anew = false;        ///< a table or an index
  bool blocks() const { return locks_out_writers && (scans || writes_anew); }
};

class Blocking : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<TemporaryPostgres>(); }
  static void TearDownTestSuite() { server.reset(); }

  static void begin(const Step& step) {
    server->sql("DROP DATABASE IF EXISTS x");
    server->sql("CREATE DATABASE x TEMPLATE model");
    server->sql(fmt::format("ALTER DATABASE x SET timezone = '{}'", step.zone));
    if (*step.before != '\0') server->sql(step.before, "x");
  }

  /// In a copy of the database, in one transaction that is rolled back.
  static Seen run(const Step& step) {
    begin(step);
    std::string answer;
    try {
      answer = look_at(step.sql);
    } catch (const std::exception& error) {
      ADD_FAILURE() << step.sql << ": " << error.what();
      return {};
    }
    std::vector<std::string> lines;
    std::istringstream stream(answer);
    for (std::string line; std::getline(stream, line);)
      if (line == "t" || line == "f") lines.push_back(line);
    EXPECT_EQ(lines.size(), 3U) << step.sql << "\n" << answer;
    if (lines.size() != 3) return {};
    return {lines[0] == "t", lines[1] == "t", lines[2] == "t"};
  }

  /// Three lines: whether writers are locked out, a table is scanned, something is written anew.
  static std::string look_at(const std::string& sql) {
    return server->sql(std::string(R"(
      CREATE TEMP TABLE before AS SELECT c.oid, pg_relation_filenode(c.oid) AS file FROM pg_class c
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'm', 'p', 'I');
      BEGIN;
      SELECT pg_stat_force_next_flush();
      )") + sql + R"(;
      SELECT count(*) > 0 FROM pg_locks l JOIN before b ON b.oid = l.relation JOIN pg_class c ON c.oid = b.oid
        WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'm', 'p')
          AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');
      SELECT count(*) > 0 FROM pg_stat_xact_user_tables s JOIN before b ON b.oid = s.relid WHERE s.seq_scan > 0;
      SELECT count(*) > 0 FROM before b WHERE pg_relation_filenode(b.oid) IS DISTINCT FROM b.file
        AND EXISTS (SELECT FROM pg_class c WHERE c.oid = b.oid);
      ROLLBACK;)",
                       "x");
  }

  /// What the catalog says when the step begins.
  static Facts facts_before(const Step& step) {
    begin(step);
    std::vector<ReadRevision> revisions(1);
    revisions[0].statements = statements_of_sql(step.sql);
    boost::asio::io_context io(1);
    LiveCatalog catalog(*server, "x");
    return on_loop(io, catalog.look_up(names_in(revisions)));
  }

  /// The strongest lock on each table, view or sequence of the schema that was there before.
  static std::set<std::string> locks_of(const Step& step) {
    begin(step);
    std::istringstream lines(server->sql(std::string(R"(
      CREATE TEMP TABLE before AS SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm', 'p', 'v');
      BEGIN;
      )") + step.sql + R"(;
      SELECT 'lock ' || b.relname || '=' || upper(regexp_replace(l.mode, '([a-z])([A-Z])', '\1 \2', 'g'))
        FROM pg_locks l JOIN before b ON b.oid = l.relation WHERE l.pid = pg_backend_pid();
      ROLLBACK;)",
                                         "x"));
    std::map<std::string, std::pair<std::size_t, std::string>> strongest;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("lock ")) continue;
      const std::size_t middle = line.find('=');
      const std::string table = line.substr(5, middle - 5);
      std::string mode = line.substr(middle + 1);
      mode.resize(mode.rfind(" LOCK"));
      std::size_t rank = 0;
      for (int lock = 0; lock <= static_cast<int>(Lock::access_exclusive); ++lock)
        if (to_string(static_cast<Lock>(lock)) == mode) rank = static_cast<std::size_t>(lock);
      if (rank > 1) strongest[table] = std::max(strongest[table], {rank, mode});
    }
    std::set<std::string> found;
    for (const auto& [table, lock] : strongest) found.insert(table + "=" + lock.second);
    return found;
  }

  static std::unique_ptr<TemporaryPostgres> server;
};
std::unique_ptr<TemporaryPostgres> Blocking::server;

/// What is known of the schema without a database: from its text.
Facts facts_in_text(const Step& step) {
  ReadRevision history;
  history.statements = statements_of_sql(std::string(schema) + step.before);
  return facts_after(std::span(&history, 1));
}

/// Whether the review says that it blocks, or that nobody can tell.
bool is_flagged(const Step& step, const Facts& facts, bool is_older) {  // what came before is in the facts
  std::vector<SqlText> files;
  if (*step.before != '\0' && !is_older) files.push_back({"before.sql", step.before});
  files.push_back({"step.sql", std::string("BEGIN;\n") + step.sql + ";\nCOMMIT;"});
  const ReviewReport report = review_sql(files, {"blocking-lock"}, facts);
  return std::ranges::any_of(report.findings, [](const Finding& finding) {
    const bool blocks = finding.severity == Severity::blocks || finding.rule == "lossy-type-change";
    return finding.revision == "step.sql" && blocks;
  });
}

/// `t=ACCESS EXCLUSIVE`, for each table that was there before, as the statements claim and as PostgreSQL has it.
std::set<std::string> claimed(const Step& step) {
  std::map<std::string, Lock> locks;
  const auto take = [&](const TableName& table, Lock lock) {
    Lock& strongest = locks[table.name];
    strongest = std::max(strongest, lock);
  };
  for (const Statement& s : statements_of_sql(step.sql)) {
    const Work work = work_of(s);
    if (!s.table.name.empty()) take(s.table, work.lock);
    for (const TableName& other : s.references) take(other, work.on_references);
  }
  std::set<std::string> found;
  for (const auto& [table, lock] : locks)
    if (lock > Lock::access_share) found.insert(fmt::format("{}={}", table, to_string(lock)));
  return found;
}

TEST_F(Blocking, ClaimsTheLocksThatPostgresqlTakes) {
  server->sql("DROP DATABASE IF EXISTS model");
  server->sql("CREATE DATABASE model");
  server->sql(schema, "model");
  for (const Step& step : steps) {
    const std::set<std::string> claims = claimed(step), real = locks_of(step);
    if (claims != real && !step.locks_more)
      ADD_FAILURE() << step.sql << "\n  claims " << fmt::format("{}", claims) << "\n  has    "
                    << fmt::format("{}", real);
  }
}

struct Score {
  int blocking = 0, caught = 0, harmless = 0, alarms = 0;
  void count(bool blocks, bool flagged) {
    ++(blocks ? blocking : harmless);
    if (flagged) ++(blocks ? caught : alarms);
  }
  void print(const char* what) const {
    std::puts(fmt::format("{}: blocking statements found {}, harmless ones flagged {}", what, rate(caught, blocking),
                          rate(alarms, harmless))
                  .c_str());
  }
};

/// Labels by execution: what PostgreSQL really locks, scans and writes anew decides, and nobody's documentation.
TEST_F(Blocking, WhatKeepsWritersOutIsFlaggedAndWhatDoesNotIsNot) {
  server->sql("DROP DATABASE IF EXISTS model");
  server->sql("CREATE DATABASE model");
  server->sql(schema, "model");
  Score by_text, by_schema, by_catalog;
  for (const Step& step : steps) {
    const bool blocks = run(step).blocks();
    const Facts facts = facts_before(step);
    const bool flagged = is_flagged(step, {}, false), flagged_then = is_flagged(step, facts, true);
    by_text.count(blocks, flagged);
    const bool flagged_by_schema = is_flagged(step, facts_in_text(step), true);
    by_schema.count(blocks, flagged_by_schema);
    EXPECT_TRUE(flagged_by_schema || !blocks) << step.sql << ", with the schema as text";
    by_catalog.count(blocks, flagged_then);
    EXPECT_EQ(flagged, blocks || step.needs_catalog) << step.sql;
    EXPECT_EQ(flagged_then, blocks) << step.sql << ", with the catalog";
  }
  by_text.print("text alone ");
  by_schema.print("and schema ");
  by_catalog.print("and catalog");
}

}  // namespace
}  // namespace orchestrate
