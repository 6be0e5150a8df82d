#include <unistd.h>

#include <cstdlib>

#include "backup/check.hpp"
#include "backup_fixture.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Time now() {
  return std::chrono::system_clock::now();
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Root may read everything; while this lives we are nobody.
class Unprivileged {
 public:
  Unprivileged() {
    if (::getuid() == 0 && ::seteuid(65534) != 0) throw std::runtime_error("cannot become nobody");
  }
  ~Unprivileged() {
    if (::seteuid(::getuid()) != 0) std::abort();
  }
};

TEST_F(BackupStage, ProvesADumpOfEveryFormat) {
  const std::vector<std::pair<std::string, std::string>> formats = {{"custom", "pg_dump -Fc appdb > x.dump"},
                                                                    {"custom", "pg_dump -Fc -Z0 appdb > x.dump"},
                                                                    {"tar", "pg_dump -Ft appdb > x.dump"},
                                                                    {"directory", "pg_dump -Fd -f x.dump appdb"},
                                                                    {"directory", "pg_dump -Fd -Z0 -f x.dump appdb"},
                                                                    {"sql", "pg_dump appdb > x.dump"},
                                                                    {"sql", "pg_dump --inserts appdb > x.dump"},
                                                                    {"sql.gz", "pg_dump appdb | gzip > x.dump"},
                                                                    {"sql.zst", "pg_dump appdb | zstd -q > x.dump"}};
  for (const auto& [format, line] : formats) {
    shell("rm -rf x.dump; " + line);
    const Outcome outcome = run(check_settings(folder_.path() / "x.dump"));
    ASSERT_EQ(outcome.verdict, Verdict::passed) << line << ": " << outcome.summary;
    EXPECT_EQ(outcome.evidence.at(0).facts.text_or("format"), format) << line;
  }
}

TEST_F(BackupStage, GivesEvidenceOfWhatItProved) {
  const fs::path dump = cron_dump("appdb-2026-11-20.dump");
  const Outcome outcome = run(check_settings(dump));
  EXPECT_THAT(outcome.summary, AllOf(HasSubstr("appdb-2026-11-20.dump  "), HasSubstr(" old, decoded and hashed")));
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].name, "backup.intact");
  const Json& facts = outcome.evidence[0].facts;
  EXPECT_EQ(facts.text_or("path"), dump.string());
  EXPECT_EQ(facts.text_or("sha256") + "  " + dump.string() + "\n", shell("sha256sum " + dump.string()));
  EXPECT_EQ(facts.integer_or("size", 0), static_cast<std::int64_t>(fs::file_size(dump)));
  EXPECT_EQ(facts.text_or("database"), "appdb");
  EXPECT_EQ(facts.text_or("origin"), "check");
  EXPECT_EQ(facts.text_or("level"), "intact");
}

TEST_F(BackupStage, RefusesWhatIsSeenFromOutside) {
  EXPECT_THAT(refusal(check_settings(folder_.path() / "no.dump")), HasSubstr("no.dump is missing"));
  EXPECT_THAT(refusal(check_settings(folder_.write("empty.dump", ""))), HasSubstr("it is empty (0 bytes)"));
  EXPECT_THAT(refusal(check_settings(folder_.write("page.dump", "<html>"))),
              HasSubstr("no format that pg_dump writes"));
  EXPECT_THAT(refusal(check_settings("/dev/null")), HasSubstr("no regular file"));
  shell("mkfifo pipe.dump; mkdir empty-directory.dump");
  EXPECT_THAT(refusal(check_settings(folder_.path() / "pipe.dump")), HasSubstr("no regular file"));
  EXPECT_THAT(refusal(check_settings(folder_.path() / "empty-directory.dump")), HasSubstr("it is empty"));
}

TEST_F(BackupStage, RefusesADumpFromTheFuture) {
  const fs::path dump = cron_dump("x.dump");
  touch(dump, now() + 2min);
  EXPECT_THAT(refusal(check_settings(dump)), HasSubstr("from the future"));
}

TEST_F(BackupStage, RefusesADumpThatIsTooOld) {
  const fs::path dump = cron_dump("x.dump");
  touch(dump, now() - 27h);
  EXPECT_THAT(refusal(check_settings(dump)), HasSubstr("it is 27 h old, max_age is 26 h"));
}

TEST_F(BackupStage, RefusesAnOldDumpThatWasTouched) {
  const fs::path dump = cron_dump("x.dump");
  std::string bytes = bytes_of(dump);
  // Custom archives store their local time as integers of a sign byte and four bytes; the year counts from 1900.
  const std::size_t year = bytes.find(std::string("\0\x7e\0\0\0", 5));
  ASSERT_LT(year, 64U);
  --bytes[year + 1];
  const fs::path old = folder_.write("old.dump", bytes);
  EXPECT_THAT(refusal(check_settings(old)), HasSubstr("max_age is 26 h"));
}

TEST_F(BackupStage, RefusesADumpThatIsTooSmall) {
  Settings settings = check_settings(cron_dump("x.dump"));
  settings.set("min_size", Size{.bytes = 1ULL << 30}, {2, 1});
  EXPECT_THAT(refusal(settings), HasSubstr("min_size is 1.0 GiB"));
}

TEST_F(BackupStage, RefusesADumpThatSomebodyWrites) {
  const fs::path dump = cron_dump("x.dump");
  const auto writer = child("exec 3>>x.dump; echo open; read line");
  EXPECT_EQ(line_of(*writer), "open\n");
  EXPECT_THAT(refusal(check_settings(dump)), AllOf(HasSubstr("it is being written by pid "), HasSubstr("(sh)")));
}

TEST_F(BackupStage, RefusesADumpThatGrowsWhileItIsRead) {
  const fs::path dump = cron_dump("x.dump", "");  // SQL, whose end would still be found
  on_progress_ = [&](const std::string&) { std::ofstream(dump, std::ios::app) << "\n"; };
  EXPECT_THAT(refusal(check_settings(dump)), HasSubstr("it changed while it was read"));
}

TEST_F(BackupStage, RefusesADumpThatItMayNotRead) {
  const fs::path dump = cron_dump("x.dump");
  fs::permissions(folder_.path(), fs::perms(0755));
  fs::permissions(dump, fs::perms::none);
  const Unprivileged nobody;
  EXPECT_THAT(refusal(check_settings(dump)), HasSubstr("x.dump: Permission denied; give uid "));
}

TEST_F(BackupStage, ListensToTheJobsLog) {
  Settings settings = check_settings(cron_dump("x.dump"));
  settings.set("log", folder_.write("dump.log", "dump started\nbackup complete\n").string(), {2, 1});
  settings.set("log_says", std::string("backup complete"), {3, 1});
  EXPECT_EQ(refusal(settings), "");
  folder_.write("dump.log", "pg_dump: error: connection lost\n");
  EXPECT_THAT(refusal(settings), HasSubstr("connection lost"));
}

TEST_F(BackupStage, RefusesADumpOfAnotherDatabase) {
  server_.sql("create database other template appdb");
  shell("pg_dump -Fc other > x.dump");
  EXPECT_THAT(refusal(check_settings(folder_.path() / "x.dump")), HasSubstr("dump of other database 'other'"));
}

TEST_F(BackupStage, RefusesADumpThatLacksSomething) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"-s", "lacks all rows (schema only)"},
      {"-n public", "lacks schema cfg"},
      {"-T cfg.alembic_version", "lacks table cfg.alembic_version"},
      {"--exclude-table-data=cfg.alembic_version", "lacks the rows of cfg.alembic_version"}};
  for (const std::string format : {"-Fc ", "-Ft ", "-Fp "})
    for (const auto& [option, lacking] : cases)
      EXPECT_THAT(refusal(check_settings(cron_dump("x.dump", format + option))), HasSubstr(lacking))
          << format << option;
}

TEST_F(BackupStage, AsksNoVersionTableOfAnEmptyDatabase) {
  server_.sql("drop schema cfg cascade", "appdb");
  EXPECT_EQ(refusal(check_settings(cron_dump("x.dump"))), "");
}

TEST_F(BackupStage, RefusesADumpCutAnywhere) {
  for (const std::string options : {"-Fc", "-Fc -Z0", "-Ft", "-Fp"}) {
    shell("pg_dump --file=x.dump " + options + " appdb");  // redirected it may end in what nobody reads
    const std::string whole = bytes_of(folder_.path() / "x.dump");
    for (const std::size_t lost :
         {std::size_t{100}, std::size_t{1025}, std::size_t{4000}, whole.size() / 2, whole.size() - 600})
      EXPECT_THAT(refusal(check_settings(folder_.write("cut.dump", whole.substr(0, whole.size() - lost)))),
                  HasSubstr("it is "))
          << options << " without its last " << lost;
  }
}

TEST_F(BackupStage, PassesARedirectedDumpThatEndsInALongTableOfContents) {
  server_.sql("comment on table cfg.panels is '" + std::string(3'000'000, 'x') + "'", "appdb");
  // Longer than a pipe holds, and pg_restore ends without reading it.
  EXPECT_EQ(refusal(check_settings(cron_dump("x.dump"))), "");
}

TEST_F(BackupStage, RefusesACompressedDumpCutAnywhere) {
  for (const std::string program : {"gzip", "zstd -q"}) {
    shell("pg_dump appdb | " + program + " > x.dump");
    const std::string whole = bytes_of(folder_.path() / "x.dump");
    for (const std::size_t lost : {std::size_t{1}, std::size_t{100}, whole.size() / 2})
      EXPECT_THAT(refusal(check_settings(folder_.write("cut.dump", whole.substr(0, whole.size() - lost)))),
                  HasSubstr("it is damaged: "))
          << program << " without its last " << lost;
  }
}

TEST_F(BackupStage, RefusesADirectoryWithADataFileCutOrEmptiedOrGone) {
  for (const std::string options : {"", "-Z0 "})
    for (const std::string damage : {"truncate -s -3 $f", ": > $f", "rm $f"}) {
      shell("rm -rf x.dump; pg_dump -Fd " + options + "-f x.dump appdb; f=$(ls -S x.dump/*.dat* | head -1); " + damage);
      EXPECT_NE(refusal(check_settings(folder_.path() / "x.dump")), "") << options << damage;
    }
}

TEST_F(BackupStage, RefusesEveryFlippedBitInCompressedRows) {
  const std::string whole = bytes_of(cron_dump("x.dump"));
  for (std::size_t at = whole.size() / 10; at < whole.size() - 1000; at += whole.size() / 20) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    EXPECT_NE(refusal(check_settings(folder_.write("flipped.dump", flipped))), "") << "byte " << at;
  }
}

// Nothing in an archive protects its header and table of contents: a flip there shows only when pg_restore stumbles
// over it. A hash taken at birth catches them all; a foreign dump has none.
TEST_F(BackupStage, CatchesAFlippedBitInTheTableOfContentsOnlyWhenPgRestoreStumbles) {
  const std::string whole = bytes_of(cron_dump("x.dump"));
  int caught = 0, tried = 0;
  for (std::size_t at = 0; at < 1500; at += 50, ++tried) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    if (!refusal(check_settings(folder_.write("flipped.dump", flipped))).empty()) ++caught;
  }
  RecordProperty("caught", caught);
  EXPECT_GT(caught, 0);
  EXPECT_LT(caught, tried) << "if pg_restore became able to see them all, say so in the documentation";
}

TEST_F(BackupStage, EndsAPgRestoreThatSpins) {
  fs::create_directory(folder_.path() / "bin");
  const fs::path stuck = folder_.write("bin/pg_restore",
                                       "#!/bin/sh\ncase \"$*\" in *--file*) cat >/dev/null; exec sleep 1000;; esac\n"
                                       "exec " +
                                           (TemporaryPostgres::programs() / "pg_restore").string() + " \"$@\"\n");
  fs::permissions(stuck, fs::perms(0755));
  application_.policy.postgres_bin = folder_.path() / "bin";
  const backup::CheckRule rule{.pattern = cron_dump("x.dump").string(), .least_decode_time = 300ms};
  StageContext seen = context();
  const auto checked = on_loop(io_, backup::check_dump(seen, rule));
  const auto* rejection = std::get_if<backup::Rejection>(&checked);
  ASSERT_TRUE(rejection);
  EXPECT_THAT(rejection->reasons.at(0).why, HasSubstr("it is damaged: pg_restore: no end within"));
}

TEST_F(BackupStage, SaysNothingOfTheDumpWhenItIsStopped) {
  const fs::path dump = cron_dump("x.dump");
  on_progress_ = [&](const std::string&) { stop_.request_stop(); };
  EXPECT_THAT(refusal(check_settings(dump)), AllOf(HasSubstr("stopped"), Not(HasSubstr("damaged"))));
}

TEST_F(BackupStage, NamesTheToolThatIsMissing) {
  const std::string major = std::to_string(TemporaryPostgres::major());
  application_.policy.postgres_bin = folder_.path();
  EXPECT_THAT(refusal(check_settings(cron_dump("x.dump"))), AllOf(HasSubstr("find pg_restore " + major + ": not in"),
                                                                  HasSubstr("apt install postgresql-client-" + major)));
}

TEST_F(BackupStage, AsksForANewerPgRestoreWhenTheArchiveDoes) {
  std::string bytes = bytes_of(cron_dump("x.dump"));
  bytes[6] = 16;
  fs::create_directory(folder_.path() / "bin");
  const fs::path old = folder_.write("bin/pg_restore", "#!/bin/sh\necho 'pg_restore (PostgreSQL) 15.18'\n");
  fs::permissions(old, fs::perms(0755));
  application_.policy.postgres_bin = folder_.path() / "bin";
  const std::string answer = refusal(check_settings(folder_.write("newer.dump", bytes)));
  EXPECT_THAT(answer, HasSubstr("find pg_restore 17"));
}

TEST_F(BackupStage, CannotProveADumpWithoutItsDatabase) {
  const fs::path dump = cron_dump("x.dump");
  application_.database.database = "nowhere";
  EXPECT_THAT(refusal(check_settings(dump)), HasSubstr("nowhere"));
}

TEST(BackupSettings, TellWhatExcludesWhat) {
  const auto problems = [](const std::vector<std::string>& keys) {
    Settings settings;
    settings.set("format", std::string("custom"), {});
    settings.set("jobs", std::int64_t{1}, {});
    settings.set("compression", std::int64_t{1}, {});
    settings.set("max_age", std::chrono::milliseconds(1), {});
    for (const std::string& key : keys) settings.set(key, std::string("x"), {1, 1});
    return backup_stage.problems(settings);
  };
  EXPECT_THAT(problems({}), ElementsAre("one of `check` and `take` is needed"));
  EXPECT_THAT(problems({"check", "take"}), ElementsAre("`check` and `take` exclude each other: keep one"));
  EXPECT_THAT(problems({"check", "lock_wait"}), ElementsAre("`lock_wait` belongs to `take`: remove it"));
  EXPECT_THAT(problems({"take", "log"}), ElementsAre("`log` belongs to `check`: remove it"));
  EXPECT_THAT(problems({"check", "log"}), ElementsAre("`log` and `log_says` need each other"));
  EXPECT_THAT(problems({"check", "keep"}), ElementsAre("`keep` belongs to `take`: remove it"));
  EXPECT_THAT(problems({"take", "keep_for"}), ElementsAre("`keep_for` needs `keep`"));
  EXPECT_THAT(problems({"take"}), IsEmpty());
}

TEST(BackupSettings, GiveSeveralJobsToADirectoryOnly) {
  const auto problems = [](const std::string& format, std::int64_t jobs) {
    Settings settings;
    settings.set("take", std::string("/backups"), {1, 1});
    settings.set("format", format, {1, 1});
    settings.set("jobs", jobs, {1, 1});
    settings.set("compression", std::int64_t{1}, {});
    return backup_stage.problems(settings);
  };
  EXPECT_THAT(problems("directory", 4), IsEmpty());
  EXPECT_THAT(problems("custom", 1), IsEmpty());
  EXPECT_THAT(problems("custom", 2),
              ElementsAre("`jobs` needs `format: directory`: into one file only one session can write"));
  EXPECT_THAT(problems("directory", 0), ElementsAre("`jobs` is 1 to 64"));
  EXPECT_THAT(problems("directory", 65), ElementsAre("`jobs` is 1 to 64"));
}

TEST(BackupSettings, KeepNoFewerThanTwo) {
  const auto problems = [](std::int64_t keep) {
    Settings settings;
    settings.set("take", std::string("/backups"), {1, 1});
    settings.set("format", std::string("custom"), {});
    settings.set("jobs", std::int64_t{1}, {});
    settings.set("compression", std::int64_t{1}, {});
    settings.set("keep", keep, {1, 1});
    return backup_stage.problems(settings);
  };
  for (const std::int64_t few : {0, 1})
    EXPECT_THAT(problems(few), ElementsAre("`keep` is 2 at least: the newest dump may be the one that is bad"));
  EXPECT_THAT(problems(2), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
