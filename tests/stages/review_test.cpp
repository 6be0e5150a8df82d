#include "stages/review.hpp"

#include <gmock/gmock.h>

#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/migrated_project.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* drop_title = "op.drop_column('panels', 'title', schema='cfg')";
constexpr const char* drop_color = "op.drop_column('panels', 'color', schema='cfg')";

/// A database of which a test writes down what its catalog says.
class WrittenCatalog final : public Databases {
 public:
  explicit WrittenCatalog(const std::string& tables) : tables_(tables) {}
  Task<std::unique_ptr<Database>> connect(DatabaseUrl, SessionOptions, std::stop_token) override {
    co_return std::make_unique<Session>(R"({"version": 150000, "utc": true, "tables": [)" + tables_ + "]}");
  }

 private:
  class Session final : public Database {
   public:
    explicit Session(std::string facts) : facts_(std::move(facts)) {}
    Task<Rows> query(std::string, std::vector<std::string>, std::stop_token) override {
      co_return Rows{{"facts"}, {{facts_}}};
    }
    bool alive() const override { return true; }
    int backend_pid() const override { return 1; }

   private:
    std::string facts_;
  };

  const std::string& tables_;
};

/// Revision 002 is pending.
class ReviewStage : public testing::Test, public BotProject {
 protected:
  ReviewStage() {
    bench.databases = std::make_unique<WrittenCatalog>(tables);
    bench.prove({{std::string(evidence::migration_pending),
                  Json::object({{"from", Json::array({"001"})}, {"revisions", Json::array({"002"})}})}});
    bench.checkout.write(
        "migrations/env.py",
        "from alembic import context\n\nwith context.begin_transaction():\n    context.run_migrations()\n");
    settings = Settings();
    settings.set("block", std::vector<std::string>{"data-loss", "out-of-scope", "blocking-lock"}, {});
    settings.set("small_table", Size{}, {});
    settings.set("row_limit", std::chrono::milliseconds(0), {});
  }
  void migration(const std::vector<std::string>& statements) {
    std::string text = "from alembic import op\n\nrevision = '002'\ndown_revision = '001'\n\n\ndef upgrade():\n";
    for (const std::string& statement : statements) text += "    " + statement + "\n";
    bench.checkout.write("migrations/versions/002.py", text);
  }
  std::string file() const { return (bench.checkout.path() / "migrations/versions/002.py").string(); }
  void approve(const std::string& finding, const std::string& file_sha256) {
    bench.approvals.push_back({finding, file_sha256, "the bot is stopped", "uid 0 (root)", "2026-11-20T09:14:03Z"});
  }
  Outcome review() { return bench.run(review_stage, settings); }

  std::string tables;  ///< as JSON
};

TEST_F(ReviewStage, SaysHowMuchIsLostAndWhoReadsIt) {
  tables = R"({"schema": "cfg", "name": "panels", "size": 65536, "rows": 50, "views": ["shown"]})";
  migration({"op.drop_table('panels', schema='cfg')"});
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(outcome.findings.front().effect, HasSubstr("cfg.panels has about 50 rows, 64 KiB; it is read by shown"));
}

TEST_F(ReviewStage, OnlyWarnsOfALockOnASmallTable) {
  tables = R"({"schema": "cfg", "name": "panels", "size": 65536, "rows": 50})";
  migration({"op.create_index('ix', 'panels', ['title'], schema='cfg')"});
  EXPECT_EQ(review().verdict, Verdict::blocked) << "the policy calls no table small";
  settings.set("small_table", Size{.bytes = 65536}, {});
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.findings.front().severity, Severity::warning);
}

TEST_F(ReviewStage, PassesAHarmlessRevisionAndCountsIt) {
  migration({"op.create_table('notes', schema='cfg')", "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "1 revision, 2 statements, 1 advice");
  EXPECT_EQ(outcome.next, "");
}

TEST_F(ReviewStage, ProvesWhatWasRead) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const Outcome outcome = review();
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].name, evidence::review_passed);
  const Json& facts = outcome.evidence[0].facts;
  EXPECT_EQ(facts["files"], Json::object({{"002", sha256_of_file(file())}}));
  EXPECT_EQ(facts["tables"], Json::array({"cfg.panels"}));
  EXPECT_EQ(facts["commits"], Json("together"));
  EXPECT_FALSE(facts["unlimited"].as_bool());
  EXPECT_EQ(facts["code"][file()], Json(sha256_of_file(file())));
}

TEST_F(ReviewStage, CallsNothingTransactionalWhoseSurroundingsItCannotRead) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  sh("echo 'sqlalchemy.isolation_level = AUTOCOMMIT' >> migrations/alembic.ini");
  EXPECT_EQ(review().evidence.front().facts["commits"], Json("anywhere"));
  sh("git checkout -q migrations/alembic.ini; rm migrations/env.py");
  EXPECT_EQ(review().evidence.front().facts["commits"], Json("anywhere"));
}

TEST_F(ReviewStage, ReadsTheAlembicIniThatNobodyNamesBesideADirectoryCalledAlembic) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  bench.application.policy.migrations.command = {".venv/bin/python", "-m", "alembic"};
  sh("mkdir alembic; mv migrations/alembic.ini .");
  EXPECT_EQ(review().evidence.front().facts["commits"], Json("together"));
  sh("echo 'sqlalchemy.isolation_level = AUTOCOMMIT' >> alembic.ini");
  EXPECT_EQ(review().evidence.front().facts["commits"], Json("anywhere"));
}

TEST_F(ReviewStage, BlocksWithTheCommandThatAcceptsTheFirstRedFlag) {
  migration({drop_title});
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_EQ(outcome.summary, "1 red flag");
  EXPECT_THAT(outcome.evidence, IsEmpty());
  EXPECT_EQ(outcome.next, "edit " + file() +
                              ", or accept each red flag: orchestrate approve bot 002:drop-column:cfg.panels.title "
                              "--reason \"...\"");
}

TEST_F(ReviewStage, PassesWhatAPersonAccepted) {
  migration({drop_title});
  approve("002:drop-column:cfg.panels.title", sha256_of_file(file()));
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(outcome.summary, HasSubstr("1 revision, 1 statement, 1 red flag approved"));
  EXPECT_EQ(outcome.findings.front().approved_by, "uid 0 (root) at 2026-11-20T09:14:03Z: the bot is stopped");
}

TEST_F(ReviewStage, PassesWhatThePolicyAllowsUntilItsLastDay) {
  const auto allow_until = [&](const std::string& day) {
    Settings entry;
    entry.set("rule", "drop-column", {40, 11});
    entry.set("revision", "002", {});
    entry.set("reason", "nobody reads it", {});
    entry.set("until", day, {});
    settings.set("allow", std::vector<Settings>{entry}, {});
  };
  migration({drop_title});
  allow_until("2999-12-31");
  const Outcome allowed = review();
  EXPECT_EQ(allowed.verdict, Verdict::passed);
  EXPECT_EQ(allowed.findings.front().approved_by, "the policy: nobody reads it");

  allow_until("2000-12-31");
  const Outcome expired = review();
  EXPECT_EQ(expired.verdict, Verdict::blocked);
  EXPECT_EQ(expired.findings.back().hazard, "the policy allowed it until 2000-12-31");
  EXPECT_EQ(expired.findings.back().place.line, 40);
}

TEST_F(ReviewStage, BlocksUntilEachRedFlagIsAccepted) {
  migration({drop_title, drop_color});
  EXPECT_EQ(review().summary, "2 red flags");
  approve("002:drop-column:cfg.panels.title", sha256_of_file(file()));
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_EQ(outcome.summary, "1 red flag");
  EXPECT_THAT(outcome.next, HasSubstr("002:drop-column:cfg.panels.color"));
}

TEST_F(ReviewStage, DoesNotCountAnApprovalOfAnotherVersionOfTheFile) {
  migration({drop_title});
  approve("002:drop-column:cfg.panels.title", sha256_of_file(file()));
  migration({drop_title, "op.execute('ALTER TABLE cfg.panels ADD COLUMN title int')"});
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(outcome.findings.front().hazard, HasSubstr("approved for another version of the file, by uid 0 (root)"));
}

TEST_F(ReviewStage, DoesNotCountAnApprovalOfAnotherVersionOfAHelper) {
  const auto drop = [&](const std::string& column) {
    bench.checkout.write(
        "app/db/helpers.py",
        "from alembic import op\n\n\ndef drop(table):\n    op.drop_column(table, '" + column + "', schema='cfg')\n");
  };
  drop("title");
  migration({"from app.db.helpers import drop", "drop('panels')"});
  const Outcome blocked = review();
  const auto flag = std::ranges::find(blocked.findings, "002:drop-column:cfg.panels.title", &Finding::id);
  ASSERT_NE(flag, blocked.findings.end());
  EXPECT_EQ(flag->place.file, (bench.checkout.path() / "app/db/helpers.py").string());
  EXPECT_NE(flag->file_sha256, sha256_of_file(file()));
  approve("002:drop-column:cfg.panels.title", flag->file_sha256);
  const Outcome passed = review();
  EXPECT_EQ(passed.verdict, Verdict::passed);
  const std::string helper = flag->place.file;
  EXPECT_EQ(passed.evidence.at(0).facts["code"][helper], Json(sha256_of_file(helper))) << "the upgrade compares it";
  drop("title");
  EXPECT_EQ(review().verdict, Verdict::passed);
  sh("echo '# edited' >> app/db/helpers.py");
  const Outcome edited = review();
  EXPECT_EQ(edited.verdict, Verdict::blocked);
  const auto again = std::ranges::find(edited.findings, flag->id(), &Finding::id);
  ASSERT_NE(again, edited.findings.end());
  EXPECT_THAT(again->hazard, HasSubstr("approved for another version of the file"));
}

TEST_F(ReviewStage, FollowsAProjectBehindALink) {
  bench.checkout.write("helpers.py", "from alembic import op\n\n\ndef drop():\n    op.execute('SELECT 1')\n");
  migration({"from helpers import drop", "drop()"});
  sh("ln -s \"$PWD\" \"$PWD.link\"");
  const std::string link = bench.checkout.path().string() + ".link";
  policy().project.path = link;
  policy().migrations.versions = {link + "/migrations/versions"};
  EXPECT_EQ(review().verdict, Verdict::passed);
  std::filesystem::remove(link);
}

TEST_F(ReviewStage, BlocksOnlyWhatThePolicyNames) {
  migration({drop_title});
  settings.set("block", std::vector<std::string>{"blocking-lock"}, {});
  settings.set("small_table", Size{}, {});
  settings.set("row_limit", std::chrono::milliseconds(0), {});
  EXPECT_EQ(review().verdict, Verdict::passed);
}

TEST_F(ReviewStage, BlocksWhatCannotBeJudgedWhateverThePolicyNames) {
  migration({"op.execute(open('statements.sql').read())"});
  settings.set("block", std::vector<std::string>{}, {});
  settings.set("small_table", Size{}, {});
  settings.set("row_limit", std::chrono::milliseconds(0), {});
  EXPECT_EQ(review().verdict, Verdict::blocked);
}

TEST_F(ReviewStage, RefusesARevisionWhoseFileIsGoneSincePreflight) {
  sh("rm migrations/versions/002.py");
  try {
    review();
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "review revision 002: its file is gone since preflight; apply again");
  }
}

TEST_F(ReviewStage, BlocksOnAnAppliedRevisionThatWasEditedSince) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const std::string applied = (bench.checkout.path() / "migrations/versions/001.py").string();
  bench.applied = {{"001", sha256_of_file(applied), "20261120-091403-7f3a", parse_utc("2026-11-20T09:14:03Z")},
                   {"002", "another hash, but it is not applied now", "r0", {}}};
  EXPECT_EQ(review().verdict, Verdict::passed);

  sh("echo '# a better default' >> migrations/versions/001.py");
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  const auto finding = std::ranges::find(outcome.findings, "edited-after-applied", &Finding::rule);
  ASSERT_NE(finding, outcome.findings.end());
  EXPECT_EQ(finding->id(), "001:edited-after-applied");
  EXPECT_EQ(finding->hazard,
            "revision 001 was edited after it was applied on 2026-11-20T09:14:03Z by run 20261120-091403-7f3a");
  approve(finding->id(), sha256_of_file(applied));
  EXPECT_EQ(review().verdict, Verdict::passed);
}

TEST_F(ReviewStage, RemembersWhatWasInTheDatabaseBeforeItsFirstRun) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const std::string first = (bench.checkout.path() / "migrations/versions/001.py").string();
  EXPECT_EQ(review().evidence.front().facts["before"], Json::object({{"001", sha256_of_file(first)}}));
  bench.applied = {{"001", "another hash", "r0", {}, true}};
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(outcome.findings.back().hazard, HasSubstr("001 was edited after it was found in the database on"));
}

TEST_F(ReviewStage, BlocksOnARevisionThatWasPutBelowTheDatabasesOwn) {
  bench.checkout.write("migrations/versions/000.py",
                       "revision = '000'\ndown_revision = None\n\ndef upgrade():\n    pass\n");
  bench.checkout.write("migrations/versions/000b.py",
                       "revision = '000b'\ndown_revision = '000'\n\ndef upgrade():\n    pass\n");
  bench.checkout.write("migrations/versions/001.py",
                       "revision = '001'\ndown_revision = '000b'\n\ndef upgrade():\n    pass\n");
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const auto hash = [&](const std::string& id) {
    return sha256_of_file((bench.checkout.path() / "migrations/versions" / (id + ".py")).string());
  };
  bench.applied = {{"000", hash("000"), "r0", {}}, {"001", hash("001"), "r0", {}}};
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_EQ(outcome.findings.back().id(), "000b:inserted-below-applied");

  bench.applied = {{"001", hash("001"), "r0", {}}};
  EXPECT_EQ(review().verdict, Verdict::passed) << "what was there before the ledger is not known";
}

TEST_F(ReviewStage, WarnsOfARevisionThatTheLastRunDidNotRun) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  const std::string first = sha256_of_file((bench.checkout.path() / "migrations/versions/001.py").string());
  bench.applied = {{"001", first, "r0", parse_utc("2026-11-20T09:14:03Z")}};
  EXPECT_EQ(review().summary, "1 revision, 1 statement, 1 advice") << "no restore point of that run is kept";
  sh("git add -A; git commit -qm then; git update-ref refs/orchestrate/r0 HEAD");
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.findings.back().id(), "002:rides-along");
  EXPECT_EQ(outcome.findings.back().hazard,
            "revision 002 was there already at run r0 of 2026-11-20, which did not run it");
}

TEST_F(ReviewStage, AdvisesTwoReleasesWhereCodeAndWhatItUsesChangeTogether) {
  const std::string first = sha256_of_file((bench.checkout.path() / "migrations/versions/001.py").string());
  bench.applied = {{"001", first, "r0", parse_utc("2026-11-20T09:14:03Z")}};
  sh("git rm -q --cached migrations/versions/002.py; echo x > bot.py; git add bot.py; git commit -qm then;"
     " git update-ref refs/orchestrate/r0 HEAD");
  migration({drop_title});
  const auto said = [&] {
    const Outcome outcome = review();
    const auto found = std::ranges::find(outcome.findings, "code-and-contract", &Finding::rule);
    return found == outcome.findings.end() ? std::string() : found->hazard;
  };
  EXPECT_EQ(said(), "") << "nothing but the migration is new";
  sh("echo y > bot.py");
  EXPECT_EQ(said(),
            "bot.py changed since run r0 of 2026-11-20, and so does cfg.panels.title, which the old code may use");
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  EXPECT_EQ(said(), "");
}

TEST_F(ReviewStage, DoesNotTrustATransactionWhereTheEngineMayCommitOnItsOwn) {
  migration({"op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')"});
  sh("mkdir app; echo 'engine = create_engine(URL, isolation_level=\"AUTOCOMMIT\")' > app/database.py");
  const Outcome outcome = review();
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].facts["commits"], Json("anywhere"));
}

}  // namespace
}  // namespace orchestrate
