#include "backup_restored_fixture.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(BackupMatched, FindsEverythingThatTheDatabaseHeld) {
  const Outcome outcome = run(taken());
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  EXPECT_THAT(outcome.summary, HasSubstr("5 tables, 50052 rows, all as they were"));
  ASSERT_EQ(outcome.evidence.size(), 3U);
  const Evidence& matched = outcome.evidence[2];
  EXPECT_EQ(matched.name, "backup.matched");
  EXPECT_EQ(matched.facts["sha256"], outcome.evidence[0].facts["sha256"]);
  EXPECT_EQ(matched.facts["tables_hashed"], Json(5));
  EXPECT_EQ(matched.facts["sequences"], Json(1));
  EXPECT_THAT(matched.facts.text_or("large_objects"), HasSubstr("2, hash "));
  EXPECT_EQ(verified().verdict, Verdict::passed);
  expect_nothing_left();
}

TEST_F(BackupMatched, MindsNoSettingOfTheDatabaseAndNoOrderOfRows) {
  server_.sql(R"(alter database appdb set datestyle = 'German'; alter database appdb set intervalstyle = 'iso_8601';
                 alter database appdb set timezone = 'Asia/Tokyo'; alter database appdb set extra_float_digits = 0;
                 alter database appdb set bytea_output = 'escape'; alter database appdb set search_path = cfg;
                 create table cfg.values (t timestamptz, i interval, f float8, r float4, b bytea, c regclass, j jsonb);
                 insert into cfg.values values (now(), '1 day 2 hours', 0.1 + 0.2, 1.0 / 3, '\x00ff', 'cfg.panels',
                                                '{"b": 1, "a": [1.10]}'), (null, null, 'nan', null, '', null, null);
                 update cfg.panels set title = title where id < 100;
                 create table cfg."odd ""name""" (" " int, "select" text); insert into cfg."odd ""name""" values (1, '');
                 create table cfg.nothing (); alter table cfg.panels add column gone int;
                 alter table cfg.panels drop column gone;)",
              "appdb");
  EXPECT_EQ(run(taken()).verdict, Verdict::passed) << refusal(taken());
}

TEST_F(BackupMatched, CatchesADumpThatIsOtherThanItsMoment) {
  struct Case {
    std::string change;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"update cfg.panels set title = 'other' where id = 77", "cfg.panels has other rows"},
      {"drop index cfg.ix_panels; create or replace function cfg.twice(n int) returns int language sql as 'select 3'",
       "FUNCTION cfg.twice(integer) is defined otherwise, INDEX cfg.ix_panels is missing"},
      {"select setval('cfg.grants_id_seq', 40)", "sequence cfg.grants_id_seq is at 40 instead of 50"},
      {"select lo_put(7001, 0, 'S')", "large objects are 2, hash "}};
  run(taken());
  for (const Case& wrong : cases) {
    in_wrong_database(wrong.change, [&] { replace_dump("pg_dump -Fc appdb"); });
    EXPECT_THAT(verified().summary, HasSubstr(wrong.said)) << wrong.change;
  }
  replace_dump("pg_dump -Fc appdb");
  EXPECT_EQ(verified().verdict, Verdict::passed);
}

TEST_F(BackupMatched, CannotBeSaidOfADumpThatWasTakenToBeProvenLessFar) {
  run(take_settings());
  rewrite([](backup::Manifest& manifest) { EXPECT_FALSE(manifest.content); });
  const Outcome outcome = verified();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.details.at(0), AllOf(HasSubstr("has no hashes"), HasSubstr("take a new dump")));
}

TEST_F(BackupMatched, NeedsADumpOfOurs) {
  EXPECT_THAT(backup_stage.problems(checked("/var/backups/x.dump")),
              testing::ElementsAre(HasSubstr("`verify: matched` needs `take`")));
}

TEST_F(BackupMatched, CatchesAChangeBehindTheFirstPieceOfALargeObject) {
  server_.sql("select lo_from_bytea(7003, convert_to(repeat('0123456789abcdef', 1200000), 'UTF8'))", "appdb");
  ASSERT_EQ(run(taken()).verdict, Verdict::passed);
  server_.sql("select lo_put(7003, 18000000, 'X')", "appdb");
  replace_dump("pg_dump -Fc appdb");
  EXPECT_THAT(verified().summary, HasSubstr("large objects are 3, hash "));
}

}  // namespace
}  // namespace orchestrate
