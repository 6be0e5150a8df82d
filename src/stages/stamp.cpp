#include "stages/stamp.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "review/review.hpp"
#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/starting_point.hpp"

namespace orchestrate {
namespace {

/// A session that may write; whoever else has the version table makes us give up soon.
Task<std::unique_ptr<Database>> open_for_writing(const StageContext& context) {
  SessionOptions options;
  options.application_name = "orchestrate " + context.run.id;
  options.read_only = false;
  auto database = co_await context.ports.databases.connect(context.application.for_sessions(), options, context.stop);
  co_await database->query("SET lock_timeout = '5s'", context.stop);
  co_return database;
}

/// Where there is none: an adopted database has none yet.
std::string made_as_alembic_does(const TableName& table) {
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {} PRIMARY KEY (version_num))",
      table.quoted(), quote_identifier(table.name + "_pkc"));
}

class Stamp final : public Stage {
 public:
  std::string describe() const override { return "write the version rows, and nothing else"; }

  Task<Outcome> run(StageContext& context) const override {
    const Json& pending = context.run.evidence(evidence::migration_pending);
    const auto from = pending["from"].as_strings(), to = pending["to"].as_strings();
    const auto database = co_await open_for_writing(context);
    const StartingPoint before = co_await read_starting_point(context, *database);
    if (rows_of(before.state) != from)
      co_return Outcome{Verdict::failed, "the version rows have changed since they were read", {}, {}, {}};
    context.record(fact::database_before, to_json(before));
    Outcome outcome{Verdict::failed, {}, {}, {}, {}};
    try {
      co_await write_rows(context, *database, from, to);
    } catch (const Error& error) {
      outcome.summary = error.why();
    }
    if (outcome.summary.empty()) co_return written(context, from, to);
    try {
      const std::stop_token unstoppable;
      const auto fresh = co_await open_session(context, unstoppable);
      co_await tell_aftermath(context, before, *fresh, outcome);
    } catch (const Error& error) {
      not_judged(error, outcome);
    }
    co_return outcome;
  }

 private:
  static Task<> write_rows(StageContext& context, Database& database, std::vector<std::string> from,
                           std::vector<std::string> to) {
    const TableName& table = context.application.policy.migrations.version_table;
    const std::string name = table.quoted();
    co_await database.query("BEGIN", context.stop);
    const std::string make = made_as_alembic_does(table);
    if (from.empty()) co_await database.query(make, context.stop);
    co_await database.query("LOCK TABLE " + name + " IN ACCESS EXCLUSIVE MODE", context.stop);
    const auto now = co_await version_rows(database, table, context.stop);
    if (now.value_or(std::vector<std::string>{}) != from)
      throw Error(ErrorKind::failed, "stamp", "the version rows have changed since they were read");
    co_await database.query("DELETE FROM " + name, context.stop);
    const std::vector<std::string> rows = {text_array(to)};
    const std::string insert = "INSERT INTO " + name + " (version_num) SELECT unnest($1::text[])";
    co_await database.query(insert, rows, context.stop);
    co_await database.query("COMMIT", context.stop);
  }

  static Outcome written(const StageContext& context, const std::vector<std::string>& from,
                         const std::vector<std::string>& to) {
    Outcome outcome{Verdict::passed, revisions_text(from) + " -> " + revisions_text(to), {}, {}, {}};
    outcome.evidence.push_back(
        {std::string(evidence::upgrade_done),
         Json::object({{"from", Json::of(from)}, {"to", Json::of(to)}, {"files", Json::object()}})});
    outcome.next = "orchestrate plan " + context.application.policy.app;
    return outcome;
  }
};

constexpr std::array checked = {evidence::preflight_passed, evidence::migration_pending, evidence::review_passed};
constexpr std::array stamped = {evidence::upgrade_done};

std::unique_ptr<Stage> bind_stamp(const StageSpec&, const Policy&) {
  return std::make_unique<Stamp>();
}

}  // namespace

std::vector<Evidence> stamp_evidence(const DatabaseIdentity& identity, const std::vector<std::string>& from,
                                     const std::vector<std::string>& to) {
  std::vector<std::string> moved;
  std::ranges::set_symmetric_difference(from, to, std::back_inserter(moved));
  return {{std::string(evidence::preflight_passed), Json::object({{"database", to_json(identity)}})},
          {std::string(evidence::migration_pending),
           Json::object({{"from", Json::of(from)}, {"to", Json::of(to)}, {"revisions", Json::of(moved)}})},
          {std::string(evidence::review_passed),
           Json::object({{"files", Json::object()}, {"commits", to_string(Commits::together)}, {"unlimited", false}})}};
}

const StageKind stamp_stage = {.name = "stamp",
                               .purpose = "Write the version rows.",
                               .needs = checked,
                               .provides = stamped,
                               .effect = always_changes,
                               .timeout = std::chrono::minutes(1),
                               .bind = bind_stamp};

}  // namespace orchestrate
