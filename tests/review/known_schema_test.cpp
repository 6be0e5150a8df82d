#include "review/known_schema.hpp"

#include <gmock/gmock.h>

#include "review/review.hpp"
#include "review/sql.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::Not;

Facts facts_of(const std::string& sql) {
  ReadRevision revision;
  revision.statements = statements_of_sql(sql);
  return facts_after(std::span(&revision, 1));
}

const TableFacts* panels(const Facts& facts) {
  return facts.find({"public", "panels"}, true);
}

constexpr const char* made = "CREATE TABLE panels (id int PRIMARY KEY, a int NOT NULL, b varchar(20), c text);";

TEST(KnownSchema, HasTheColumnsThatTheHistoryMade) {
  const Facts facts = facts_of(std::string(made) +
                               "ALTER TABLE panels ADD d bigint; ALTER TABLE panels ALTER b TYPE varchar(40);"
                               "ALTER TABLE panels DROP c; ALTER TABLE panels RENAME d TO e;"
                               "ALTER TABLE panels ALTER a DROP NOT NULL; ALTER TABLE panels ALTER e SET NOT NULL");
  ASSERT_TRUE(panels(facts));
  std::vector<std::string> columns;
  for (const auto& [name, column] : panels(facts)->columns)
    columns.push_back(name + " " + column.type + (column.not_null ? " not null" : ""));
  EXPECT_THAT(columns, testing::ElementsAre("a int4", "b varchar(40)", "e int8 not null", "id int4 not null"));
  EXPECT_FALSE(panels(facts)->size) << "nobody knows how large it is";
}

TEST(KnownSchema, FollowsNamesAndForgetsWhatIsGone) {
  const Facts facts =
      facts_of(std::string(made) + "ALTER TABLE panels RENAME TO boards; ALTER TABLE boards SET SCHEMA cfg");
  EXPECT_FALSE(panels(facts));
  EXPECT_TRUE(facts.find({"cfg", "boards"}, true));
  EXPECT_TRUE(facts_of(std::string(made) + "DROP TABLE panels").tables.empty());
  EXPECT_TRUE(facts_of(std::string(made) + "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'panels'; END $$").tables.empty())
      << "what nobody can read may have changed anything";
}

TEST(KnownSchema, HasKeysAndIndexes) {
  const Facts facts =
      facts_of(std::string(made) + "CREATE INDEX i ON panels (b); CREATE UNIQUE INDEX j ON panels (c); DROP INDEX i");
  const auto& indexes = panels(facts)->indexes;
  EXPECT_FALSE(indexes.contains("i"));
  ASSERT_TRUE(indexes.contains("j"));
  EXPECT_TRUE(indexes.at("j").unique);
}

TEST(KnownSchema, KnowsWhatIsProvenNotNullUntilNobodyKnows) {
  const std::string proven = std::string(made) + "ALTER TABLE panels ADD CONSTRAINT k CHECK (b IS NOT NULL);";
  EXPECT_TRUE(panels(facts_of(proven))->constraints.at("k").validated);
  const Facts dropped = facts_of(proven + "ALTER TABLE panels DROP CONSTRAINT another");
  EXPECT_FALSE(panels(dropped)->constraints.at("k").validated);
}

std::vector<std::string> rules_after(const std::string& history, const std::string& sql) {
  std::vector<std::string> rules;
  for (const Finding& finding : review_sql({{"step.sql", sql}}, {"blocking-lock"}, facts_of(history)).findings)
    if (finding.severity == Severity::blocks) rules.push_back(finding.rule);
  return rules;
}

TEST(KnownSchema, TellsWhichTypeChangesAreFree) {
  EXPECT_THAT(rules_after(made, "ALTER TABLE panels ALTER b TYPE varchar(40)"), testing::IsEmpty());
  EXPECT_THAT(rules_after("", "ALTER TABLE panels ALTER b TYPE varchar(40)"), Contains("type-change"));
  EXPECT_THAT(rules_after(made, "ALTER TABLE panels ALTER a TYPE bigint"), Contains("type-change"));
  EXPECT_THAT(rules_after(std::string(made) + "ALTER TABLE panels ADD CHECK (length(b) > 1)",
                          "ALTER TABLE panels ALTER b TYPE varchar(40)"),
              Contains("type-change"))
      << "its CHECK is looked at again";
}

TEST(KnownSchema, TellsWhichTablesADomainIsUsedBy) {
  const std::string step = "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0)", domain = "CREATE DOMAIN d AS int;";
  EXPECT_THAT(rules_after(domain + "CREATE TABLE u (a int)", step), testing::IsEmpty());
  EXPECT_THAT(rules_after(domain + "CREATE TABLE u (a d)", step), testing::SizeIs(1));
  EXPECT_THAT(rules_after(domain + "CREATE TABLE u (a int); ALTER TABLE u ADD b d", step), testing::SizeIs(1));
  EXPECT_THAT(rules_after(domain + "CREATE TABLE u AS SELECT 1", step), testing::SizeIs(1)) << "nobody can tell";
}

TEST(KnownSchema, TellsWhichNotNullIsProven) {
  const std::string step = "ALTER TABLE panels ALTER b SET NOT NULL";
  EXPECT_THAT(rules_after(made, step), Contains("set-not-null"));
  EXPECT_THAT(rules_after(std::string(made) + "ALTER TABLE panels ADD CONSTRAINT k CHECK (b IS NOT NULL)", step),
              Not(Contains("set-not-null")));
}

}  // namespace
}  // namespace orchestrate
