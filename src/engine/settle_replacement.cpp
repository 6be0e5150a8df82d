#include "engine/settle_replacement.hpp"

#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "schema/state.hpp"

namespace orchestrate {
namespace {

using replacement::Replacement;
using replacement::Side;

}  // namespace

Replacement replacement_of(const Run& run) {
  const Json& rebuilt = run.evidence(evidence::database_rebuilt);
  return replacement::replacement_from_json(rebuilt.is_null() ? run.fact(fact::database_replacement) : rebuilt);
}

Task<std::optional<Side>> settle_replacement(const Run& run, const Application& application, Databases& databases) {
  if (run.fact(fact::database_replacement).is_null()) co_return std::nullopt;
  const Replacement names = replacement_of(run);
  const std::stop_token unstoppable;
  const auto admin = co_await replacement::administer(application, databases, unstoppable);
  const Side side = co_await replacement::side_of(*admin, names, unstoppable);
  if (side == Side::before) co_await replacement::undo(*admin, names, unstoppable);
  co_return side;
}

Task<Outcome> replacement_outcome(const Run& run, Outcome begun, const Application& application, Databases& databases) {
  const auto side = co_await settle_replacement(run, application, databases);
  if (!side || side == Side::neither) {
    begun.details.push_back(replacement_of(run).name + " is neither the old database nor the new one");
    co_return begun;
  }
  if (side == Side::before) {
    begun.evidence.push_back({std::string(evidence::database_unchanged), Json::object({{"side", "before"}})});
    co_return begun;
  }
  const std::stop_token unstoppable;
  const SessionOptions options{.application_name = "orchestrate recovery"};
  const auto database = co_await databases.connect(application.for_sessions(), options, unstoppable);
  const auto rows = co_await version_rows(*database, application.policy.migrations.version_table, unstoppable);
  const Json versions = Json::of(rows.value_or(std::vector<std::string>{}));
  begun.verdict = Verdict::passed;
  begun.summary += "; the new database has the name";
  begun.evidence.push_back(
      {std::string(evidence::upgrade_done), Json::object({{"from", run.evidence(evidence::migration_pending)["from"]},
                                                          {"to", versions},
                                                          {"files", Json::object()}})});
  begun.evidence.push_back({std::string(evidence::migration_current), Json::object({{"versions", versions}})});
  co_return begun;
}

}  // namespace orchestrate
