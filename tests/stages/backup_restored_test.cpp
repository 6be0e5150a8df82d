#include "backup/restore.hpp"
#include "backup_restored_fixture.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(BackupRestored, TakesADumpRestoresItAndFindsEveryRow) {
  const Outcome outcome = run(taken());
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  EXPECT_THAT(outcome.summary, HasSubstr("2 tables, 50001 rows"));
  const Json& facts = facts_of(outcome);
  EXPECT_EQ(facts["rows"], Json(50001));
  EXPECT_EQ(facts["compared_with_manifest"], Json(true));
  EXPECT_EQ(to_text(facts["revisions"]), R"(["002"])");
  EXPECT_EQ(outcome.evidence.front().name, "backup.intact");
  expect_nothing_left();
}

TEST_F(BackupRestored, WritesTheRowsOfItsMomentIntoTheManifest) {
  run(take_settings());
  rewrite([](backup::Manifest& manifest) {
    EXPECT_EQ(manifest.rows, (backup::RowCounts{{"cfg.alembic_version", 1}, {"cfg.panels", 50000}}));
  });
}

TEST_F(BackupRestored, RestoresEveryFormatOfSomebodyElsesDump) {
  for (const std::string line : {"pg_dump -Fc appdb > x", "pg_dump -Fd -f x appdb", "pg_dump -Ft appdb > x",
                                 "pg_dump appdb > x", "pg_dump appdb | gzip > x", "pg_dump appdb | zstd -q > x"}) {
    shell("rm -rf x; " + line);
    const Outcome outcome = run(checked(folder_.path() / "x"));
    ASSERT_EQ(outcome.verdict, Verdict::passed) << line << ": " << testing::PrintToString(outcome.details);
    EXPECT_EQ(facts_of(outcome)["rows"], Json(50001)) << line;
    EXPECT_EQ(facts_of(outcome)["compared_with_manifest"], Json(false)) << line;
  }
  expect_nothing_left();
}

TEST_F(BackupRestored, RefusesACompressedDumpThatBreaksOffWhileItIsRead) {
  shell("pg_dump appdb | gzip > x; truncate -s -200000 x");
  backup::Trial trial{.dump = folder_.path() / "x",
                      .format = backup::Format::gzip,
                      .major = TemporaryPostgres::major(),
                      .limit = std::chrono::minutes(1)};
  StageContext seen = context();
  const auto tried = on_loop(io_, backup::restore_on_trial(seen, std::move(trial)));
  ASSERT_TRUE(std::holds_alternative<backup::Refusal>(tried))
      << backup::rows_in(std::get<backup::Restored>(tried).rows) << " rows";
  EXPECT_THAT(std::get<backup::Refusal>(tried).why, HasSubstr("gzip"));
}

TEST_F(BackupRestored, ComparesSeveralHeadsWhateverOrderTheDatabasesLanguageGivesThem) {
  server_.sql("create database icu template template0 locale_provider icu icu_locale 'en'");
  shell("pg_dump appdb | psql -Xq icu");
  server_.sql("insert into cfg.alembic_version values ('B'), ('a')", "icu");
  application_.database = server_.url("icu");
  EXPECT_EQ(run(taken()).verdict, Verdict::passed) << refusal(taken());
}

TEST_F(BackupRestored, KnowsOwnersGrantsAndPoliciesOfRoles) {
  server_.sql(R"(grant select on cfg.panels to bot; alter table cfg.panels owner to bot;
                 alter table cfg.panels enable row level security; create policy own on cfg.panels to bot using (true))",
              "appdb");
  server_.sql("create role \"odd \"\"name\"\"\"; grant usage on schema cfg to \"odd \"\"name\"\"\"", "appdb");
  EXPECT_EQ(run(taken()).verdict, Verdict::passed);
}

TEST_F(BackupRestored, RefusesADumpThatDecodesAndCannotBeRestored) {
  server_.sql(R"(create table cfg.roles (panel int references cfg.panels (id));
                 set session_replication_role = replica; insert into cfg.roles values (-1))",
              "appdb");
  EXPECT_EQ(run(take_settings()).verdict, Verdict::passed) << "it is intact";
  run_.id = "r43";
  EXPECT_THAT(refusal(taken()), HasSubstr("it cannot be restored: "));
  expect_nothing_left();
}

TEST_F(BackupRestored, TakesTheServerAwayWhenThereIsNoDump) {
  application_.database.user = "bot";
  EXPECT_THAT(refusal(taken()), HasSubstr("permission denied"));
  expect_nothing_left();
}

TEST_F(BackupRestored, RefusesADumpThatLacksRowsOrTables) {
  run(take_settings());
  rewrite([](backup::Manifest& manifest) { manifest.rows["cfg.panels"] = 50001; });
  EXPECT_THAT(verified().summary, HasSubstr("cfg.panels has 50000 rows instead of 50001"));
  rewrite([](backup::Manifest& manifest) {
    manifest.rows = {{"cfg.alembic_version", 1}, {"cfg.panels", 50000}, {"cfg.x", 7}};
  });
  EXPECT_THAT(verified().summary, HasSubstr("cfg.x is missing, it had 7 rows"));
  rewrite([](backup::Manifest& manifest) { manifest.rows.erase("cfg.x"), manifest.revisions = {"003"}; });
  EXPECT_THAT(verified().summary, HasSubstr("its revision is 002 instead of 003"));
  rewrite([](backup::Manifest& manifest) { manifest.revisions = {"002"}; });
  EXPECT_EQ(verified().verdict, Verdict::passed);
}

TEST_F(BackupRestored, RaisesNoFalseAlarmWhileRowsComeAndGo) {
  const auto writer = child(
      "while psql -qXd appdb -c \"insert into cfg.panels select max(id) + 1, 'x' from cfg.panels\" "
      "-c 'delete from cfg.panels where id = (select min(id) from cfg.panels)' "
      "-c \"insert into cfg.panels select max(id) + 1, 'y' from cfg.panels\"; do echo written; done");
  for (int round = 0; round < 3; ++round) {
    line_of(*writer);
    run_.id = "r" + std::to_string(round);
    const Outcome outcome = run(taken());
    EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  }
}

TEST_F(BackupRestored, NamesWhatIsToBeInstalledWhenThereIsNoServer) {
  const fs::path bin = logs_.path() / "bin";
  fs::create_directories(bin);
  for (const char* tool : {"pg_dump", "pg_dumpall", "pg_restore"})
    fs::create_symlink(TemporaryPostgres::programs() / tool, bin / tool);
  application_.policy.postgres_bin = bin;
  EXPECT_THAT(refusal(taken()), HasSubstr("apt install postgresql-"));
}

TEST_F(BackupRestored, IsNotBegunWhereTheCopyWouldNotFit) {
  host_.available = 1ULL << 29;
  EXPECT_THAT(refusal(taken()), HasSubstr("the copy may need"));
  EXPECT_THAT(names(), IsEmpty()) << "known before anything is written";
  const fs::path dump = cron_dump("x");
  EXPECT_THAT(refusal(checked(dump)), HasSubstr("the copy may need"));
  expect_nothing_left();
}

TEST_F(BackupRestored, RestoresNothingInADryRun) {
  run(take_settings());
  output_.clear();
  state_.clear();
  const Outcome outcome = run(taken());
  EXPECT_EQ(outcome.verdict, Verdict::passed);
}

TEST(Scratch, SweepsWhatTheDeadLeftAndNothingOfTheLiving) {
  const Folder folder;
  fs::create_directories(folder.path() / "scratch-dead1x/data");
  fs::create_directories(folder.path() / "runs");
  EXPECT_EQ(scratch::sweep(folder.path()), std::vector{folder.path() / "scratch-dead1x"});
  EXPECT_TRUE(fs::exists(folder.path() / "runs"));
  EXPECT_THAT(scratch::sweep(folder.path() / "absent"), IsEmpty());
}

TEST_F(BackupRestored, AServerInUseIsNotSwept) {
  scratch::Place place{.programs = TemporaryPostgres::programs(), .parent = state_, .log = output_};
  const auto cluster = on_loop(io_, scratch::Cluster::make(ports_, place, {}));
  EXPECT_THAT(scratch::sweep(state_), IsEmpty());
  EXPECT_EQ(fs::status(cluster->directory()).permissions(), fs::perms(0700));
  on_loop(io_, cluster->end());
}

}  // namespace
}  // namespace orchestrate
