#include "review/table_lock.hpp"

#include <gmock/gmock.h>

#include "review/review.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Facts facts_with(std::initializer_list<std::pair<std::string, std::uint64_t>> tables) {
  Facts facts;
  facts.server_version = 150000;
  for (const auto& [name, size] : tables) facts.tables[{"public", name}].size = size;
  return facts;
}

std::vector<std::string> locks_of(const std::string& sql, const Facts& facts = {}) {
  std::vector<std::string> texts;
  for (const TableLock& lock : review_sql({{"001.sql", sql}}, {}, facts).locks) texts.push_back(text_of(lock));
  return texts;
}

TEST(TableLocks, AreHeldUntilTheTransactionEnds) {
  const std::string sql =
      "BEGIN;\nALTER TABLE panels ADD COLUMN a int;\nUPDATE notes SET b = 1;\nCREATE INDEX i ON notes (b);\nCOMMIT;\n"
      "ALTER TABLE panels ADD COLUMN c int;\n";
  EXPECT_THAT(
      locks_of(sql),
      ElementsAre("panels: ACCESS EXCLUSIVE from 001.sql:2, in 2 transactions, held while 4 statements run, 2 of "
                  "which read or write rows",
                  "notes: SHARE from 001.sql:4, held while 1 statement runs, which reads or writes rows"));
}

TEST(TableLocks, SayHowMuchIsReadMeanwhile) {
  const Facts facts = facts_with({{"panels", 3 << 20}, {"notes", 1 << 20}});
  const std::string sql = "BEGIN; ALTER TABLE panels ADD CHECK (a > 0); UPDATE notes SET b = 1; COMMIT";
  EXPECT_THAT(locks_of(sql, facts), ElementsAre("panels: ACCESS EXCLUSIVE from 001.sql:1, held while 2 statements run, "
                                                "2 of which read or write rows (4.0 MiB)"));
}

TEST(TableLocks, OfASizeThatNobodyKnowsSayNone) {
  const Facts facts = facts_with({{"panels", 3 << 20}});
  const std::string sql = "BEGIN; ALTER TABLE panels ADD CHECK (a > 0); UPDATE notes SET b = 1; COMMIT";
  EXPECT_THAT(locks_of(sql, facts), ElementsAre(testing::EndsWith("2 of which read or write rows")));
}

TEST(TableLocks, AreTheStrongestOfEach) {
  const std::string sql = "BEGIN;\nCREATE INDEX i ON panels (a);\nALTER TABLE panels ADD COLUMN b int;\nCOMMIT";
  EXPECT_THAT(locks_of(sql),
              ElementsAre(testing::StartsWith("panels: ACCESS EXCLUSIVE from 001.sql:3, held while 2 ")));
}

TEST(TableLocks, AreOnReferencedTablesToo) {
  const std::string sql =
      "BEGIN; CREATE TABLE notes (panel_id int REFERENCES panels (id)); CREATE INDEX i ON notes (a)";
  EXPECT_THAT(
      locks_of(sql),
      ElementsAre(testing::StartsWith("panels: SHARE ROW EXCLUSIVE from 001.sql:1, held while 2 statements run")));
}

TEST(TableLocks, AreNoneOfTablesThatTheSetMakesAndOfWhatHindersNobody) {
  EXPECT_THAT(locks_of("CREATE TABLE notes (a int);\nALTER TABLE notes ADD b int;\n"
                       "CREATE TABLE more (b int REFERENCES notes (a));\n"
                       "CREATE INDEX CONCURRENTLY i ON panels (a);\nINSERT INTO panels VALUES (1);\nSELECT 1"),
              IsEmpty());
}

}  // namespace
}  // namespace orchestrate
