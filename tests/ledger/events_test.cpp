#include <gmock/gmock.h>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<EventBody> every_kind() {
  const Finding drop{.rule = "drop-column",
                     .category = "data-loss",
                     .severity = Severity::blocks,
                     .revision = "004",
                     .object = "panels.title",
                     .place = {"migrations/versions/004_cleanup.py", 14, 5},
                     .source_line = "    op.drop_column(\"panels\", \"title\", schema=\"cfg\")",
                     .hazard = "cfg.panels.title holds 50 non-null values",
                     .effect = "they are gone after this",
                     .remedy = "stop using the column in one release, drop it in the next",
                     .file_sha256 = "ab12"};
  const Outcome outcome{Verdict::blocked,
                        "1 red flag — 'ü'",
                        {"line one", "line two"},
                        {{"review.passed", Json::object({{"files", Json::array({"004"})}, {"share", 0.5}})}},
                        {drop}};
  return {RunCreated{"magikal-bot", "apply", "head", "uid 0 (root)", "vps1", "0.1.0", "/etc/orchestrate/bot.yaml",
                     "c0ffee", std::vector<std::string>{"review", "upgrade"}, "the shop is down", "a hot fix",
                     "loses-data", "orchestrate-worker@magikal-bot.service", "deploy-42"},
          StageStarted{"review"},
          FactRecorded{"upgrade", "versions", Json::object({{"before", Json::array({"002"})}})},
          StageFinished{"review", outcome, std::chrono::milliseconds(120)},
          RecoveryStarted{"orchestrate-worker@magikal-bot.service", "0.1.0"},
          RunConfirmed{"uid 0 (root)"},
          RunFinished{Result::blocked, 3, "database at 003, checkout and service unchanged", "orchestrate approve"}};
}

TEST(Ledger, GivesBackEveryKindOfEventAsItWasAppended) {
  const StateDirectory state;
  std::vector<Event> appended;
  const auto writer = state.writer();
  Time at = nine;
  for (const EventBody& body : every_kind())
    appended.push_back(writer->append("r1", body, at += std::chrono::nanoseconds(7)));

  std::vector<EventBody> bodies;
  for (const Event& event : appended) bodies.push_back(event.body);
  EXPECT_EQ(bodies, every_kind());
  EXPECT_EQ(state.reader()->events("r1"), appended);
  EXPECT_EQ(replay(state.reader()->events("r1")), replay(appended));
  EXPECT_EQ(appended.back().sequence, 7);
}

TEST(Ledger, KnowsWhatTheNewestLookAtABackupFound) {
  const StateDirectory state;
  const auto ledger = state.writer();
  EXPECT_EQ(ledger->verification(), std::nullopt);
  ledger->note_verification({nine, "it is empty (0 bytes)", "uid 0 (root)", {}});
  const BackupVerification good{nine + std::chrono::hours(24), "54 MiB", "uid 0 (root)",
                                Json::object({{"sha256", "ab"}})};
  ledger->note_verification(good);
  EXPECT_EQ(state.reader()->verification(), good);
}

TEST(Ledger, KeepsEveryLookAtABackupAndWhichOneWasDamaged) {
  const StateDirectory state;
  const auto ledger = state.writer();
  const BackupVerification good{nine, "54 MiB", "uid 0 (root)", Json::object({{"sha256", "ab"}})};
  const BackupVerification bad{nine + std::chrono::hours(1), "cut off", "uid 0 (root)", {}, "/backups/bot-1.dump"};
  ledger->note_verification(good);
  ledger->note_verification(bad);
  const BackupVerification other{nine + std::chrono::hours(2),     "54 MiB", "uid 0 (root)",
                                 Json::object({{"sha256", "cd"}}), "",       BackupVerification::Of::other};
  ledger->note_verification(other);
  EXPECT_THAT(state.reader()->verifications(), ElementsAre(good, bad, other));
  EXPECT_EQ(state.reader()->verification(), bad) << "of what an upgrade would rest on";
  BackupVerification untold = bad;
  untold.is_answer = false;
  ledger->note_verification(untold);
  EXPECT_EQ(state.reader()->verification(), untold);
  EXPECT_EQ(good.verdict(), "good");
  EXPECT_EQ(bad.verdict(), "not good");
  EXPECT_EQ(untold.verdict(), "not proven");
}

TEST(Ledger, KnowsWhenADumpWasLastRemovedByARunOrOutsideAny) {
  const StateDirectory state;
  const auto ledger = state.writer();
  EXPECT_EQ(ledger->last_expiry(), std::nullopt);
  ledger->note_expiry({nine, "/backups/bot-1.dump", "ab", "older than the 7 that are kept", "uid 0 (root)"});
  EXPECT_EQ(state.reader()->last_expiry(), nine);
  ledger->append("r1", apply_of("bot"), nine);
  ledger->append("r1", FactRecorded{"backup", "backup.file", "/backups/bot-9.dump"}, nine + std::chrono::hours(1));
  EXPECT_EQ(state.reader()->last_expiry(), nine);
  ledger->append("r1", FactRecorded{"backup", "backup.expired:bot-2.dump", Json()}, nine + std::chrono::hours(2));
  EXPECT_EQ(state.reader()->last_expiry(), nine + std::chrono::hours(2));
}

TEST(Event, IsReadFromJsonAsItWas) {
  Event event{7, "r1", nine + std::chrono::nanoseconds(7), StageStarted{"review"}};
  for (const EventBody& body : every_kind()) {
    event.body = body;
    EXPECT_EQ(event_from_json(parse_json(to_text(to_json(event)))), event);
  }
}

TEST(Ledger, LetsARunGoOnThatHadNoEnd) {
  const StateDirectory state;
  const auto ledger = state.writer();
  ledger->append("r1", apply_of("bot"), nine);
  ledger->append("r1", RunResumed{"uid 0 (root)", "vps1", "0.1.0", {"restart"}}, nine);
  EXPECT_EQ(ledger->unfinished(), "r1");
  EXPECT_ANY_THROW(ledger->append("r2", apply_of("bot"), nine)) << "one at a time, as before";
  ledger->append("r1", RunFinished{Result::succeeded, 0, {}, {}}, nine);
  EXPECT_EQ(ledger->unfinished(), std::nullopt);
}

TEST(Ledger, FindsTheStagesThatProvidedAnEvidence) {
  const StateDirectory state;
  const auto ledger = state.writer();
  const Outcome done{Verdict::passed, "001 -> 002", {}, {{"upgrade.done", Json::object({{"to", "002"}})}}, {}};
  const Outcome other{Verdict::passed, "it says upgrade.done", {}, {{"review.passed", Json::object()}}, {}};
  for (const std::string run : {"r1", "r2"}) {
    ledger->append(run, apply_of("bot"), nine);
    ledger->append(run, StageFinished{"review", other, {}}, nine);
    ledger->append(run, StageFinished{"upgrade", done, {}}, nine);
    ledger->append(run, RunFinished{Result::succeeded, 0, "", ""}, nine);
  }
  const auto found = ledger->providing("upgrade.done");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].run + found[1].run, "r1r2");
  EXPECT_EQ(found[0].body, EventBody(StageFinished{"upgrade", done, {}}));
  EXPECT_TRUE(ledger->providing("restored").empty());
}

TEST(Ledger, ListsRunsNewestFirstAndOnlyTheirOwnEvents) {
  const StateDirectory state;
  const auto ledger = state.writer();
  for (const std::string run : {"r1", "r2", "r3"}) {
    ledger->append(run, apply_of("bot"), nine);
    ledger->append(run, RunFinished{Result::succeeded, 0, "", ""}, nine);
  }
  EXPECT_THAT(ledger->runs(2), ElementsAre("r3", "r2"));
  EXPECT_EQ(ledger->events("r2").size(), 2U);
  EXPECT_TRUE(ledger->events("r9").empty());
}

TEST(Ledger, RefusesASecondUnfinishedRunAndNamesTheFirst) {
  const StateDirectory state;
  const auto ledger = state.writer();
  ledger->append("r1", apply_of("bot"), nine);
  EXPECT_EQ(ledger->unfinished(), "r1");
  EXPECT_EQ(error_of([&] { state.writer()->append("r2", apply_of("bot"), nine); }),
            "begin a run: run r1 is not finished; orchestrate show r1");
  EXPECT_THAT(ledger->runs(9), ElementsAre("r1"));

  ledger->append("r1", RunFinished{Result::held, 5, "", ""}, nine);
  EXPECT_EQ(ledger->unfinished(), std::nullopt);
  EXPECT_NO_THROW(ledger->append("r2", apply_of("bot"), nine));
}

TEST(Ledger, HoldsAtMostOneUnfinishedRunWhoeverWritesTheSql) {
  const StateDirectory state;
  state.writer()->append("r1", apply_of("bot"), nine);
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(state.file().c_str(), &connection), SQLITE_OK);
  const char* insert =
      "INSERT INTO event (run, at, type, body, hash) VALUES ('r2', 0, 'run-created', '{}', 'not looked at')";
  EXPECT_EQ(sqlite3_exec(connection, insert, nullptr, nullptr, nullptr), SQLITE_CONSTRAINT);
  sqlite3_close(connection);
  EXPECT_EQ(state.reader()->unfinished(), "r1");
}

TEST(Ledger, KeepsApprovalsInTheSameChainButInNoRun) {
  const StateDirectory state;
  const auto ledger = state.writer();
  const Approval approval{"004:drop-column:panels.title", "ab12", "the title moved", "uid 0 (root)",
                          "2026-11-20T09:00:00Z"};
  ledger->append("r1", apply_of("bot"), nine);
  ledger->approve(approval);
  ledger->append("r1", StageStarted{"backup"}, nine);

  EXPECT_THAT(state.reader()->approvals(), ElementsAre(approval));
  EXPECT_EQ(ledger->events("r1").size(), 2U);
  EXPECT_EQ(ledger->events("r1").back().sequence, 3);
  EXPECT_EQ(verify_chain(state.path()), std::nullopt);
}

TEST(Ledger, KnowsTheNewestOpeningOfTheGate) {
  const StateDirectory state;
  const auto ledger = state.writer();
  EXPECT_EQ(ledger->gate_opening(), std::nullopt);
  const GateOpening opening{nine + std::chrono::hours(1), "the shop must open", "uid 0 (root)"};
  ledger->open_gate({nine, "a mistake", "uid 0 (root)"}, nine);
  ledger->open_gate(opening, nine);
  EXPECT_EQ(state.reader()->gate_opening(), opening);
  EXPECT_EQ(verify_chain(state.path()), std::nullopt);
}

TEST(Ledger, NeverHoldsASecretInWhateverPlaceItArrives) {
  const StateDirectory state;
  const std::string secret = "s3cr3t-hunter2";
  const auto ledger = state.writer(Redactor({Secret(secret)}));
  ledger->append("r1", apply_of("bot"), nine);
  ledger->append("r1", FactRecorded{"upgrade", "url", Json::object({{secret, Json::array({"x " + secret})}})}, nine);
  const Finding finding{.rule = "r", .source_line = secret, .hazard = secret, .effect = secret, .remedy = secret};
  const Outcome outcome{Verdict::failed, "password " + secret, {secret}, {{"e", Json(secret)}}, {finding}};
  ledger->append("r1", StageFinished{"upgrade", outcome, {}}, nine);
  ledger->append("r1", RunFinished{Result::held, 5, secret, "psql postgresql://bot:" + secret + "@db/app"}, nine);
  ledger->approve({"f", "ab", secret, secret, "2026-11-20T09:00:00Z"});
  ledger->open_gate({nine, secret, secret}, nine);

  std::ifstream file(state.file(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(bytes, HasSubstr("password "));
  EXPECT_THAT(bytes, Not(HasSubstr(secret)));
}

TEST(Ledger, KeepsTextThatIsNotUtf8Readable) {
  const StateDirectory state;
  const auto ledger = state.writer();
  ledger->append("r1", apply_of("bot"), nine);
  const Event event =
      ledger->append("r1", StageFinished{"upgrade", {Verdict::failed, "caf\xe9", {}, {}, {}}, {}}, nine);
  EXPECT_EQ(std::get<StageFinished>(event.body).outcome.summary, "caf\xef\xbf\xbd");
  EXPECT_EQ(ledger->events("r1").back(), event);
}

}  // namespace
}  // namespace orchestrate
