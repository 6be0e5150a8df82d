#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>

#include "backup/manifest.hpp"
#include "backup_fixture.hpp"
#include "stages/verify_backup.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string real_pg_dump = TemporaryPostgres::programs() / "pg_dump";

class BackupTake : public BackupStage {
 protected:
  fs::path dump_in(const Outcome& outcome) const { return outcome.evidence.at(0).facts.text_or("path"); }

  /// pg_dump and pg_restore of ours, one of them replaced by a script.
  void replace(const std::string& tool, const std::string& script) {
    fs::create_directories(logs_.path() / "bin");
    for (const std::string name : {"pg_dump", "pg_dumpall", "pg_restore"}) {
      const std::string real = "exec " + (TemporaryPostgres::programs() / name).string() + " \"$@\"\n";
      const std::string before = name == tool ? "case \"$1\" in --version) " + real + ";; esac\n" + script : real;
      const fs::path file = logs_.write("bin/" + name, "#!/bin/sh\n" + before);
      fs::permissions(file, fs::perms(0755));
    }
    application_.policy.postgres_bin = logs_.path() / "bin";
  }
};

TEST_F(BackupTake, WritesADumpWithItsManifest) {
  const Outcome outcome = run(take_settings());
  ASSERT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(outcome.summary,
              AllOf(HasSubstr("magikal-bot-"), HasSubstr("-r42.dump"), HasSubstr("taken now, decoded and hashed")));
  const fs::path dump = dump_in(outcome);
  const auto manifest = backup::read_manifest(backup::manifest_path(dump));
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->sha256 + "  " + dump.string() + "\n", shell("sha256sum " + dump.string()));
  EXPECT_EQ(manifest->size, fs::file_size(dump));
  EXPECT_EQ(manifest->database, "appdb");
  EXPECT_EQ(manifest->revisions, std::vector<std::string>{"002"});
  EXPECT_EQ(manifest->system_identifier + "\n",
            shell("psql -XAtc 'select system_identifier from pg_control_system()' postgres"));
  EXPECT_EQ(names().size(), 2U);
  for (const std::string& name : names())
    EXPECT_EQ(fs::status(folder_.path() / name).permissions(), fs::perms(0600)) << name;
}

TEST_F(BackupTake, CanBeRestored) {
  const fs::path dump = dump_in(run(take_settings()));
  shell("createdb again; pg_restore --exit-on-error -d again " + dump.string());
  EXPECT_EQ(shell("psql -XAtc 'select count(*) from cfg.panels' again"), "50000\n");
}

TEST_F(BackupTake, FillsADirectoryWithSeveralSessions) {
  server_.sql("create table cfg.more as select * from cfg.panels", "appdb");
  Settings settings = take_settings();
  settings.set("format", std::string("directory"), {1, 1});
  settings.set("jobs", std::int64_t{2}, {1, 1});
  const Outcome outcome = run(settings);
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  const fs::path dump = dump_in(outcome);
  const auto manifest = backup::read_manifest(backup::manifest_path(dump)).value();
  EXPECT_EQ(manifest.sha256 + "  -\n", shell("cd " + dump.string() + "; sha256sum * | sha256sum"));
  EXPECT_EQ(std::to_string(manifest.size) + "\n", shell("cat " + dump.string() + "/* | wc -c"));
  EXPECT_EQ(manifest.rows.at("cfg.more"), 50000U);
  EXPECT_EQ(fs::status(dump).permissions(), fs::perms(0700));
  shell("createdb again; pg_restore --exit-on-error -d again " + dump.string());
  EXPECT_EQ(shell("psql -XAtc 'select count(*) from cfg.more' again"), "50000\n");
  EXPECT_EQ(names().size(), 2U);
  run_.stages.push_back({.name = "backup", .earlier = outcome.evidence});
  run_.id = "r43";
  EXPECT_THAT(run(settings).summary, HasSubstr("kept from before")) << "its bytes are still the same";
  shell("truncate -s -1 " + dump.string() + "/toc.dat");
  run_.id = "r44";
  EXPECT_THAT(run(settings).summary, HasSubstr("taken now"));
}

TEST_F(BackupTake, LeavesNoDirectoryWhenOneOfItsSessionsFails) {
  Settings settings = take_settings();
  settings.set("format", std::string("directory"), {1, 1});
  replace("pg_dump", real_pg_dump + " \"$@\"; echo 'pg_dump: error: a worker died' >&2; exit 1\n");
  EXPECT_THAT(refusal(settings), HasSubstr("a worker died"));
  EXPECT_THAT(names(), IsEmpty());
}

/// What the dump's server knew and the dump does not, on a server that knows nothing.
TEST_F(BackupTake, TellsHowToMakeTheDatabaseOnAnotherServer) {
  server_.sql(R"(create role reader; grant reader to bot; alter role bot in database appdb set work_mem = '7MB';
                 alter database appdb set search_path = cfg, public; alter database appdb connection limit 9)");
  server_.sql("grant usage on schema cfg to reader; alter table cfg.panels owner to bot", "appdb");
  const fs::path dump = dump_in(run(take_settings()));
  const auto manifest = backup::read_manifest(backup::manifest_path(dump)).value();
  EXPECT_THAT(manifest.surroundings.globals, Not(HasSubstr("SCRAM")));
  const TemporaryPostgres other;
  const std::string globals = logs_.write("globals.sql", manifest.surroundings.globals);
  shell("export PGHOST=" + other.socket_directory().string() + "; psql -qXf " + globals + " postgres 2>/dev/null");
  for (const std::string& statement : manifest.surroundings.database) other.sql(statement);
  shell("export PGHOST=" + other.socket_directory().string() + "; pg_restore --exit-on-error -d appdb " +
        dump.string());
  for (const TemporaryPostgres* server : std::vector<const TemporaryPostgres*>{&server_, &other}) {
    EXPECT_EQ(server->sql("select count(*), current_setting('search_path') from panels", "appdb"),
              "50000|cfg, public\n");
    EXPECT_EQ(server->sql("select datconnlimit, datdba::regrole from pg_database where datname = 'appdb'"), "9|bot\n");
    EXPECT_EQ(server->sql("select setrole::regrole, setconfig from pg_db_role_setting where setrole <> 0"),
              "bot|{work_mem=7MB}\n");
    EXPECT_EQ(server->sql("select pg_has_role('bot', 'reader', 'member')"), "t\n");
  }
}

/// One dump of ours, looked at again.
class BackupLookedAt : public BackupTake {
 protected:
  BackupLookedAt() : dump_(dump_in(run(take_settings()))) {}

  Outcome verified() {
    const StageSpec spec{.kind = "backup", .name = "backup", .settings = take_settings()};
    const auto stage = verification_of_dump(spec, dump_);
    StageContext seen = context();
    return on_loop(io_, stage->run(seen));
  }

  fs::path dump_;
};

TEST_F(BackupLookedAt, IsProvenAgain) {
  const Outcome outcome = verified();
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  EXPECT_EQ(outcome.evidence.at(0).name, "backup.intact");
}

TEST_F(BackupLookedAt, IsRememberedAsDamagedWhenItsBytesAreBad) {
  fs::resize_file(dump_, fs::file_size(dump_) / 2);
  Outcome outcome = verified();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].name, "backup.damaged");
  EXPECT_EQ(outcome.evidence[0].facts.text_or("path"), dump_.string());
  EXPECT_THAT(outcome.evidence[0].facts.text_or("damaged"), Not(IsEmpty()));
  shell("pg_dump -Fc appdb > " + dump_.string());
  outcome = verified();
  EXPECT_THAT(outcome.summary, HasSubstr("its bytes are not those that its manifest tells of"));
  EXPECT_EQ(outcome.evidence.at(0).name, "backup.damaged") << "a whole dump, but not this one";
}

TEST_F(BackupLookedAt, IsNotDamagedWhenOnlyTheClockIsWrong) {
  touch(dump_, clock_->now() + 1h);
  const Outcome outcome = verified();
  EXPECT_THAT(outcome.summary, HasSubstr("from the future"));
  EXPECT_THAT(outcome.evidence, IsEmpty());
}

/// A directory with dumps of earlier days, of a policy that keeps two.
class BackupExpiry : public BackupTake {
 protected:
  BackupExpiry() {
    for (const int days : {3, 2, 1}) earlier(days);
  }

  std::string earlier(int days) const {
    const std::string name = "magikal-bot-" + std::to_string(days) + "-days.dump";
    folder_.write(name, "dump");
    const backup::Manifest manifest{.app = "magikal-bot",
                                    .run = "r1",
                                    .database = "appdb",
                                    .started_at = clock_->now() - days * 24h,
                                    .finished_at = clock_->now() - days * 24h,
                                    .file = name,
                                    .size = 4,
                                    .sha256 = "aa"};
    folder_.write(name + ".json", backup::manifest_text(manifest));
    return (folder_.path() / name).string();
  }

  Settings keeping(std::int64_t count) const {
    Settings settings = take_settings();
    settings.set("keep", count, {1, 1});
    return settings;
  }

  std::vector<std::string> days_left() const {
    std::vector<std::string> left;
    for (const std::string& name : names())
      if (name.ends_with("-days.dump")) left.push_back(name.substr(12, 6));
    std::ranges::sort(left);
    return left;
  }
};

TEST_F(BackupExpiry, RemovesNothingThatNoPolicyTellsItTo) {
  EXPECT_EQ(run(take_settings()).verdict, Verdict::passed);
  EXPECT_THAT(days_left(), ElementsAre("1-days", "2-days", "3-days"));
}

TEST_F(BackupExpiry, RemovesWhatIsTooMuchOnceTheNewOneIsProvenAndSaysSoBefore) {
  const Outcome outcome = run(keeping(2));
  EXPECT_THAT(outcome.summary, EndsWith("decoded and hashed, 2 older expired"));
  EXPECT_THAT(days_left(), ElementsAre("1-days"));
  EXPECT_EQ(names().size(), 4U) << "two dumps with their manifests";
  std::vector<std::string> expired;
  for (const auto& [name, value] : facts_)
    if (name.starts_with("backup.expired:")) expired.push_back(value.text_or("path"));
  EXPECT_THAT(expired, ElementsAre(EndsWith("2-days.dump"), EndsWith("3-days.dump")));
}

TEST_F(BackupExpiry, RemovesNothingThatTheLedgerDoesNotHear) {
  on_record_ = [](std::string_view name) {
    if (name.starts_with("backup.expired:")) throw Error(ErrorKind::failed, "write the ledger", "disk full");
  };
  EXPECT_ANY_THROW(run(keeping(2)));
  EXPECT_THAT(days_left(), ElementsAre("1-days", "2-days", "3-days"));
}

TEST_F(BackupExpiry, RemovesNothingWhenTheNewDumpFails) {
  replace("pg_dump", "exit 1");
  EXPECT_THAT(refusal(keeping(2)), Not(IsEmpty()));
  EXPECT_THAT(days_left(), ElementsAre("1-days", "2-days", "3-days"));
}

TEST_F(BackupExpiry, LeavesWhatADeployCanBeUndoneFrom) {
  backups_.pins = {{earlier(3), "r1"}};
  EXPECT_THAT(run(keeping(2)).summary, EndsWith(", 1 older expired"));
  EXPECT_THAT(days_left(), ElementsAre("1-days", "3-days"));
}

TEST_F(BackupExpiry, TellsWhyItStandsStill) {
  backups_.proofs = {Json::object({{"path", earlier(2)}, {"damaged", "it was cut off"}})};
  const Outcome outcome = run(keeping(2));
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(outcome.details, ElementsAre(HasSubstr("no older dump expires: magikal-bot-2-days.dump is damaged")));
  EXPECT_THAT(days_left(), ElementsAre("1-days", "2-days", "3-days"));
}

/// A run that goes on after it had taken a dump.
class BackupResumed : public BackupTake {
 protected:
  BackupResumed() {
    const Outcome first = run(take_settings());
    dump_ = dump_in(first);
    run_.stages.push_back({.name = "backup", .earlier = first.evidence});
    run_.id = "r43";  // else the next dump would have the name of this one
  }
  fs::path dump_;
};

TEST_F(BackupResumed, KeepsItsDumpWhereThatIsStillTheSame) {
  const Outcome outcome = run(take_settings());
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(dump_in(outcome), dump_);
  EXPECT_EQ(outcome.evidence, run_.stages.back().earlier);
  EXPECT_THAT(outcome.summary, AllOf(HasSubstr("kept from before"), HasSubstr("hashed again")));
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(BackupResumed, TakesANewDumpWhereTheOldOneIsTooOld) {
  Settings settings = take_settings();
  settings.set("reuse_within", std::chrono::milliseconds(0), {1, 1});
  EXPECT_NE(dump_in(run(settings)), dump_);
}

TEST_F(BackupResumed, TakesANewDumpWhereTheOldOneIsNotWhatItWas) {
  Json& facts = run_.stages.back().earlier.at(0).facts;
  const Json sha256 = facts["sha256"];
  facts.set("sha256", std::string(64, '0'));
  EXPECT_NE(dump_in(run(take_settings())), dump_);
  facts.set("sha256", sha256);
  shell("echo more >> " + dump_.string());
  run_.id = "r44";
  EXPECT_NE(dump_in(run(take_settings())), dump_);
  fs::remove(dump_);
  run_.id = "r45";
  EXPECT_NE(dump_in(run(take_settings())), dump_);
}

TEST_F(BackupTake, PassesItsOwnCheck) {
  EXPECT_EQ(refusal(check_settings(dump_in(run(take_settings())))), "");
}

TEST_F(BackupTake, GivesThePasswordToPgDumpAndToNobodyElse) {
  shell(
      "psql -Xc \"alter schema cfg owner to bot; alter table cfg.panels owner to bot; alter table cfg.alembic_version "
      "owner to bot\" appdb"
      "; d=$(psql -XAtc 'show hba_file' postgres); echo 'local all bot scram-sha-256' > hba; cat $d >> hba; cat hba > "
      "$d"
      "; psql -Xc 'select pg_reload_conf()' postgres; rm hba");
  application_.database.user = "bot";
  application_.database.password = Secret("p@:/%#");
  replace("pg_dump", "echo \"$@\" > " + (logs_.path() / "argv").string() + "\nexec " + real_pg_dump + " \"$@\"\n");
  EXPECT_EQ(refusal(take_settings()), "");
  EXPECT_THAT(shell("cat " + (logs_.path() / "argv").string()), AllOf(HasSubstr("--dbname="), Not(HasSubstr("p@"))));
  application_.database.password = Secret("wrong");
  EXPECT_THAT(refusal(take_settings()), HasSubstr("password authentication failed"));
}

TEST_F(BackupTake, InADryRunWritesNothing) {
  output_.clear();
  const Outcome outcome = run(take_settings());
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(outcome.summary, HasSubstr("would dump about "));
  EXPECT_THAT(outcome.evidence, IsEmpty());
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, IsRefusedBeforeItStartsWhereItCannotEnd) {
  host_.available = 1000;
  EXPECT_THAT(refusal(take_settings()), AllOf(HasSubstr("has 1000 B free"), HasSubstr("free ")));
  Settings elsewhere = take_settings();
  elsewhere.set("take", (folder_.path() / "no").string(), {1, 1});
  EXPECT_THAT(refusal(elsewhere), HasSubstr("no does not exist; install -d -m 0700"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, IsRefusedWhereTheServerHasTooFewLocksForAllTables) {
  server_.sql("alter system set max_connections = 20; alter system set max_locks_per_transaction = 15");
  server_.stop_fast();
  server_.start();
  for (int i = 0; i < 12; ++i)
    server_.sql("do $$ begin for i in 1..20 loop execute format('create table cfg.t%s_%s (id serial primary key)', " +
                    std::to_string(i) + ", i); end loop; end $$",
                "appdb");
  EXPECT_THAT(refusal(take_settings()),
              AllOf(HasSubstr("a dump needs 682 locks on tables and sequences, the server has "),
                    HasSubstr("set max_locks_per_transaction = ")));
  EXPECT_THAT(names(), IsEmpty());
  server_.sql(
      "do $$ begin for i in 1..20 loop execute format('drop table cfg.t1_%s, cfg.t2_%s, cfg.t3_%s', i, i, i); "
      "end loop; end $$",
      "appdb");
  EXPECT_EQ(refusal(take_settings()), "") << "562 of 645";
}

TEST_F(BackupTake, ExpectsTheSizeOfTheLastDump) {
  ASSERT_EQ(refusal(take_settings()), "");
  run_.id = "r43";
  host_.available = 4'000'000;  // less than the database, more than 1.3 dumps
  EXPECT_EQ(refusal(take_settings()), "");
}

TEST_F(BackupTake, LeavesNothingWhenPgDumpFails) {
  replace("pg_dump", real_pg_dump + " \"$@\" | head -c 100000; echo 'pg_dump: error: lost' >&2; exit 1\n");
  EXPECT_THAT(refusal(take_settings()),
              HasSubstr("dump appdb to " + folder_.path().string() + ": pg_dump: error: lost"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, LeavesNothingWhenPgDumpFailsAfterAWholeDump) {
  replace("pg_dump", real_pg_dump + " \"$@\"; exit 3\n");
  EXPECT_THAT(refusal(take_settings()), HasSubstr("pg_dump: exit code 3"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, LeavesNothingWhenPgDumpIsKilled) {
  replace("pg_dump", real_pg_dump + " \"$@\" | head -c 100000; kill -9 $$\n");
  EXPECT_THAT(refusal(take_settings()), HasSubstr("pg_dump: killed by signal 9"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, LeavesNothingWhenTheDecoderIsKilled) {
  replace("pg_restore", "head -c 1000 > /dev/null; kill -9 $$\n");
  EXPECT_THAT(refusal(take_settings()), HasSubstr("pg_restore: killed by signal 9"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, LeavesNothingWhenTheDecoderFindsDamage) {
  replace("pg_dump", real_pg_dump + " \"$@\" | head -c 100000\n");
  EXPECT_THAT(refusal(take_settings()), HasSubstr("pg_restore: error: could not read from input file"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, LeavesNothingWhenItIsStopped) {
  replace("pg_dump", real_pg_dump + " \"$@\" | head -c 300000; exec sleep 1000\n");
  on_progress_ = [&](const std::string&) { stop_.request_stop(); };
  EXPECT_THAT(refusal(take_settings()), HasSubstr("stopped"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, NeverWaitsLongForALock) {
  server_.sql("create table cfg.busy (id int)", "appdb");
  const auto holder = child("psql -XAtq appdb");
  const std::string lock = "begin; lock table cfg.busy; select 'locked';\n";
  ASSERT_TRUE(on_loop(io_, holder->write(std::as_bytes(std::span(lock)))));
  ASSERT_EQ(line_of(*holder), "locked\n");
  Settings settings = take_settings();
  settings.set("lock_wait", 200ms, {2, 1});
  EXPECT_THAT(refusal(settings), AllOf(HasSubstr("lock timeout"), HasSubstr("raise lock_wait")));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, SaysWhichRightIsMissing) {
  server_.sql("grant usage on schema cfg to bot; grant select on cfg.alembic_version to bot", "appdb");
  application_.database.user = "bot";
  EXPECT_THAT(refusal(take_settings()), AllOf(HasSubstr("permission denied"), HasSubstr("grant pg_read_all_data")));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(BackupTake, SweepsWhatADeadRunLeft) {
  folder_.write("magikal-bot-20261101T000000Z-r1.dump.partial", "half");
  folder_.write("another-app-20261101T000000Z-r1.dump.partial", "half");
  ASSERT_EQ(refusal(take_settings()), "");
  EXPECT_THAT(names(), AllOf(Contains("another-app-20261101T000000Z-r1.dump.partial"),
                             Not(Contains("magikal-bot-20261101T000000Z-r1.dump.partial"))));
}

TEST_F(BackupTake, OnAFullDiskSaysSoAndLeavesNothing) {
  if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=512k") != 0)
    GTEST_SKIP() << "BackupTake.OnAFullDiskSaysSoAndLeavesNothing needs root, to mount a small tmpfs";
  EXPECT_THAT(refusal(take_settings()), HasSubstr("No space left on device"));
  EXPECT_THAT(names(), IsEmpty());
  ::umount(folder_.path().c_str());
}

}  // namespace
}  // namespace orchestrate
