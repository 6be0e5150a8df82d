#include "replacement/settle.hpp"

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "schema/state.hpp"

namespace orchestrate::replacement {
namespace {

const std::stop_token unstoppable;

/// That it is done, in the words of an upgrade.
Task<Outcome> done(const Run& run, Outcome outcome, const Application& application, Databases& databases) {
  const SessionOptions options{.application_name = "orchestrate recovery"};
  const auto database = co_await databases.connect(application.for_sessions(), options, unstoppable);
  const auto rows = co_await version_rows(*database, application.policy.migrations.version_table, unstoppable);
  const Json versions = Json::of(rows.value_or(std::vector<std::string>{}));
  const Replacement names = replacement_of(run);
  outcome.verdict = Verdict::passed;
  if (!outcome.summary.empty()) outcome.summary += "; ";
  outcome.summary += fmt::format("{} is the new database; the old one is kept as {}", names.name, names.kept);
  Json upgrade = Json::object(
      {{"from", run.evidence(evidence::migration_pending)["from"]}, {"to", versions}, {"files", Json::object()}});
  outcome.evidence.push_back({std::string(evidence::upgrade_done), std::move(upgrade)});
  outcome.evidence.push_back({std::string(evidence::migration_current), Json::object({{"versions", versions}})});
  co_return outcome;
}

}  // namespace

Replacement replacement_of(const Run& run) {
  const Json& rebuilt = run.evidence(evidence::database_rebuilt);
  return replacement_from_json(rebuilt.is_null() ? run.fact(fact::database_replacement) : rebuilt);
}

Task<std::string> take_back(const Run& run, const Application& application, Databases& databases) {
  if (run.fact(fact::database_replacement).is_null()) co_return std::string();
  const Replacement names = replacement_of(run);
  const auto admin = co_await administer(application, databases, unstoppable);
  const Side side = co_await side_of(*admin, names, unstoppable);
  if (side != Side::before) co_return std::string();
  co_return co_await undo(*admin, names, unstoppable);
}

Task<Outcome> judged(const Run& run, Outcome heard, const Application& application, Databases& databases) {
  const Replacement names = replacement_of(run);
  const auto admin = co_await administer(application, databases, unstoppable);
  const Side side = co_await side_of(*admin, names, unstoppable);
  if (side == Side::after) co_return co_await done(run, std::move(heard), application, databases);
  if (side == Side::neither) {
    heard.details.push_back(names.name + " is neither the old database nor the new one");
    co_return heard;
  }
  const std::string left_over = co_await undo(*admin, names, unstoppable);
  if (!left_over.empty()) heard.details.push_back(left_over);
  heard.evidence.push_back({std::string(evidence::database_unchanged), Json::object({{"side", "before"}})});
  co_return heard;
}

}  // namespace orchestrate::replacement
