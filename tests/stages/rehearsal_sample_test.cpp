#include "rehearsal/sample.hpp"

#include <gmock/gmock.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "rehearsal/budget.hpp"
#include "stages/rehearsal.hpp"
#include "stages/rehearsing_bot.hpp"

namespace orchestrate {
namespace {

using rehearsal::shares_within;
using rehearsal::TableSize;
using testing::Contains;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Lt;
using testing::MatchesRegex;
using testing::Not;
using testing::Optional;
using testing::Pair;

constexpr std::uint64_t mb = 1000 * 1000;

TEST(Shares, CutTheLargestTablesToOneSize) {
  const std::vector<TableSize> tables = {{"a", 100 * mb}, {"b", 1 * mb}, {"c", 50 * mb}, {"d", 9 * mb}};
  EXPECT_THAT(shares_within(tables, 160 * mb), Optional(IsEmpty()));
  EXPECT_THAT(shares_within(tables, 110 * mb), Optional(ElementsAre(Pair("a", DoubleEq(0.5)))));
  EXPECT_THAT(shares_within(tables, 50 * mb),
              Optional(ElementsAre(Pair("a", DoubleEq(0.2)), Pair("c", DoubleEq(0.4)))));
  EXPECT_EQ(shares_within(tables, mb / 2), std::nullopt) << "too little to say anything";
  EXPECT_THAT(shares_within({}, 0), Optional(IsEmpty()));
}

TEST(MemoryBudget, IsAQuarterOfWhatIsAvailableUnlessThePolicySaysMore) {
  EXPECT_EQ(rehearsal::memory_within({}, 1U << 30), 1U << 28);
  EXPECT_EQ(rehearsal::memory_within({.memory = 100 * mb}, 1U << 30), 100 * mb);
  EXPECT_THROW(rehearsal::memory_within({.memory = 100 * mb}, 99 * mb), Error);
  EXPECT_THROW(rehearsal::memory_within({.memory = mb}, 99 * mb), Error);
  EXPECT_THROW(rehearsal::memory_within({}, 10 * mb), Error);
}

TEST(RehearsalSizes, AreNumbersOfBytes) {
  for (const char* key : {"disk", "memory", "max_rewrite"}) {
    Settings settings;
    settings.set(key, Size{.bytes = 0, .factor = 2}, {});
    EXPECT_THAT(rehearsal_stage.problems(settings), ElementsAre(HasSubstr("is a number of bytes"))) << key;
    settings.set(key, Size{.bytes = mb}, {});
    EXPECT_THAT(rehearsal_stage.problems(settings), IsEmpty()) << key;
  }
}

/// A bot with a large table `events`, one that references it and itself, and the small one that it always has.
class RehearsalOfASample : public RehearsingBot {
 protected:
  RehearsalOfASample() {
    sql("SET ROLE bot; CREATE TABLE cfg.events (id bigint PRIMARY KEY, body text, size int GENERATED ALWAYS AS "
        "(length(body)) STORED);"
        "CREATE TABLE cfg.items (id bigint PRIMARY KEY, event bigint REFERENCES cfg.events, parent bigint REFERENCES "
        "cfg.items);"
        "CREATE TABLE cfg.parts (id bigint PRIMARY KEY, event bigint NOT NULL REFERENCES cfg.events);"
        "INSERT INTO cfg.events SELECT n, repeat('x', 200) FROM generate_series(1, 100000) n;"
        "INSERT INTO cfg.items SELECT n, n, nullif(n - 1, 0) FROM generate_series(1, 1000) n;"
        "INSERT INTO cfg.parts SELECT n, n FROM generate_series(1, 1000) n");
    rehearsal_settings.set("disk", Size{16 * mb}, {});
    revision("op.add_column('events', sa.Column('note', sa.Text()), schema='cfg')",
             "op.drop_column('events', 'note', schema='cfg')");
  }
  static std::vector<std::string> ids_of(const Outcome& outcome) {
    std::vector<std::string> ids;
    for (const Finding& finding : outcome.findings) ids.push_back(finding.id());
    return ids;
  }
  std::string refused() {
    try {
      return "done: " + rehearse().summary;
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST_F(RehearsalOfASample, IsMadeWhereAllWouldNotFitAndSaysSo) {
  const Outcome outcome = rehearse();
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome) << log();
  EXPECT_THAT(outcome.summary, HasSubstr("way back works; on a sample of 2 tables"));
  EXPECT_THAT(outcome.details, Contains(MatchesRegex("of cfg.events the copy held [0-9]+ % of the rows")));
  const Json& shares = facts(outcome)["shares"];
  ASSERT_EQ(shares.as_object().size(), 2U);
  EXPECT_THAT(outcome.details, Contains(MatchesRegex("of cfg.parts the copy held [0-9]+ % of the rows")))
      << "it lost some";
  EXPECT_THAT(shares["cfg.events"].as_number(), testing::AllOf(Gt(0.02), Lt(0.6)));
}

TEST_F(RehearsalOfASample, HoldsThatPartOfTheRowsAndNoneThatLeadsNowhere) {
  revision(R"py(op.execute("""DO $$
DECLARE events bigint := (SELECT count(*) FROM cfg.events); items bigint := (SELECT count(*) FROM cfg.items);
BEGIN
  ASSERT (SELECT count(*) FROM cfg.panels) = 2, 'small tables are whole';
  ASSERT events BETWEEN 2000 AND 60000, events;
  ASSERT items = 1000, 'a row that may do without a reference stays';
  ASSERT (SELECT count(*) FROM cfg.items WHERE event IS NULL) BETWEEN 300 AND 990, 'without it';
  ASSERT (SELECT count(*) FROM cfg.parts) BETWEEN 1 AND 900, 'one that may not goes';
  ASSERT NOT EXISTS (SELECT FROM cfg.items i WHERE event IS NOT NULL AND NOT EXISTS (SELECT FROM cfg.events e WHERE e.id = i.event));
  ASSERT NOT EXISTS (SELECT FROM cfg.items i WHERE parent IS NOT NULL AND NOT EXISTS (SELECT FROM cfg.items p WHERE p.id = i.parent));
  ASSERT (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated) = 3, 'the keys are there';
  ASSERT to_regnamespace('orchestrate_sample') IS NULL;
END $$"""))py");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome) << log();
}

/// Foreign keys are not inherited: neither do they hold for these rows, nor do these rows do for them.
TEST_F(RehearsalOfASample, LeavesRowsOfInheritingTablesAsTheyAre) {
  sql("SET ROLE bot; CREATE TABLE cfg.more_parts () INHERITS (cfg.parts); INSERT INTO cfg.more_parts SELECT n, -n FROM "
      "generate_series(1, 50) n;"
      "CREATE TABLE cfg.more_events () INHERITS (cfg.events); INSERT INTO cfg.more_events (id, body) SELECT n, '' FROM "
      "generate_series(1, 1000) n");
  revision(R"py(op.execute("""DO $$ BEGIN
  ASSERT (SELECT count(*) FROM cfg.more_parts) = 50;
  ASSERT (SELECT count(*) FROM cfg.more_events) = 1000;
  ASSERT NOT EXISTS (SELECT FROM ONLY cfg.parts p WHERE NOT EXISTS (SELECT FROM ONLY cfg.events e WHERE e.id = p.event));
END $$"""))py");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome) << log();
}

TEST_F(RehearsalOfASample, IsTheSameEachTime) {
  revision(
      "op.execute('DELETE FROM cfg.items')\nop.execute('DELETE FROM cfg.parts')\nop.execute('DELETE FROM cfg.events')");
  const auto deleted = [](const Outcome& outcome) {
    std::string lines;
    for (const std::string& line : outcome.details)
      if (line.starts_with("deletes ")) lines += line + "\n";
    return lines;
  };
  const std::string first = deleted(rehearse());
  EXPECT_THAT(first, HasSubstr(" rows of cfg.events"));
  EXPECT_EQ(deleted(rehearse()), first);
}

TEST_F(RehearsalOfASample, IsExtrapolatedWhereThePolicyHasBounds) {
  rehearsal_settings.set("max_rewrite", Size{20 * mb}, {});
  revision("op.alter_column('events', 'id', type_=sa.Numeric(), schema='cfg')");
  sql("ALTER TABLE cfg.items DROP CONSTRAINT items_event_fkey; ALTER TABLE cfg.parts DROP CONSTRAINT parts_event_fkey");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << outcome.summary << text_of(outcome);
  EXPECT_THAT(ids_of(outcome), Contains("002:rehearsed-rewrite:cfg.events"));
}

TEST_F(RehearsalOfASample, TakesALockForAsLongAsTheRowsOfTheSameTransactionWouldTake) {
  rehearsal_settings.set("max_lock", std::chrono::milliseconds(500), {});
  revision(
      "op.execute('ALTER TABLE cfg.panels ADD n int')\n"
      "op.execute('UPDATE cfg.events SET body = body || body FROM pg_sleep(0.3)')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << outcome.summary << text_of(outcome);
  EXPECT_THAT(ids_of(outcome), Contains("002:rehearsed-lock:cfg.panels"));
}

TEST_F(RehearsalOfASample, DoesNotTakeWhatIsDoneAtOnceForMore) {
  rehearsal_settings.set("max_lock", std::chrono::milliseconds(500), {});
  rehearsal_settings.set("disk", Size{11 * mb}, {});
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
}

TEST_F(RehearsalOfASample, IsRefusedWhereNothingWouldBeLeftOfIt) {
  rehearsal_settings.set("disk", Size{2 * mb}, {});
  EXPECT_THAT(refused(), HasSubstr("there is room for 1.9 MiB"));
}

TEST_F(RehearsalOfASample, IsMadeForTheDisksSakeToo) {
  rehearsal_settings = {};
  rehearsal_settings.set("round_trip", true, {});
  bench.host.free = {(1ULL << 30) + 16 * mb, 100ULL << 30};
  EXPECT_THAT(rehearse().summary, HasSubstr("on a sample of 2 tables"));
}

TEST_F(RehearsalOfASample, IsNotBegunWhereTheMemoryIsTooLittle) {
  bench.host.memory = 32 * mb;
  EXPECT_THAT(refused(), HasSubstr("are available"));
}

TEST_F(RehearsalOfASample, IsNotBegunWhereTheLastOneTookTooLong) {
  bench.rehearsed = LastRehearsal{Json::object({{"restored_ms", 7200000}, {"copied", 10000000}}), bench.clock->now()};
  EXPECT_THAT(refused(), HasSubstr("the last one took 2 h to restore"));
}

}  // namespace
}  // namespace orchestrate
