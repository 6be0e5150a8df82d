#include <array>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "replacement/replacement.hpp"
#include "stages/database_session.hpp"
#include "stages/restore.hpp"
#include "stages/starting_point.hpp"

namespace orchestrate {
namespace {

using replacement::Replacement;
using replacement::Side;

class Exchange final : public Stage {
 public:
  std::string describe() const override {
    return "close the present database, and give its name to the new one; the old one is kept, closed";
  }

  Task<Outcome> run(StageContext& context) const override {
    const Replacement names = replacement::replacement_from_json(context.run.evidence(evidence::database_rebuilt));
    const Json expected = context.run.evidence(evidence::preflight_passed)["database"];
    {
      const auto database = co_await open_session(context, context.stop);
      const StartingPoint before = co_await read_starting_point(context, *database);
      if (to_json(before.identity) != expected)
        co_return Outcome{Verdict::failed, "the database is not the one that was looked at before", {}, {}, {}};
      context.record(fact::database_before, to_json(before));
    }
    Outcome outcome{Verdict::failed, {}, {}, {}, {}};
    try {
      const auto admin = co_await replacement::administer(context.application, context.ports.databases, context.stop);
      co_await replacement::exchange(*admin, context.ports.clock, names, context.stop);
    } catch (const Error& error) {
      outcome.summary = error.what();
    }
    try {
      co_await settle(context, names, outcome);
    } catch (const Error& error) {
      not_judged(error, outcome);
    }
    co_return outcome;
  }

 private:
  /// Which side we are on is asked of the server, whatever the exchange said.
  static Task<> settle(StageContext& context, Replacement names, Outcome& outcome) {
    const std::stop_token unstoppable;
    const auto admin = co_await replacement::administer(context.application, context.ports.databases, unstoppable);
    const Side side = co_await replacement::side_of(*admin, names, unstoppable);
    if (side == Side::neither) {
      outcome.details.push_back(fmt::format("{} is neither the old database nor the new one", names.name));
      co_return;
    }
    if (side == Side::before) {
      co_await replacement::undo(*admin, names, unstoppable);
      outcome.evidence.push_back({std::string(evidence::database_unchanged), Json::object({{"side", "before"}})});
      co_return;
    }
    const auto database = co_await open_session(context, unstoppable);
    const auto rows =
        co_await version_rows(*database, context.application.policy.migrations.version_table, unstoppable);
    const Json versions = Json::of(rows.value_or(std::vector<std::string>{}));
    outcome.verdict = Verdict::passed;
    outcome.summary = fmt::format("{} is the new database; the old one is kept as {}", names.name, names.kept);
    outcome.evidence = {{std::string(evidence::upgrade_done),
                         Json::object({{"from", context.run.evidence(evidence::migration_pending)["from"]},
                                       {"to", versions},
                                       {"files", Json::object()}})},
                        {std::string(evidence::migration_current), Json::object({{"versions", versions}})}};
  }
};

constexpr std::array needs = {evidence::database_rebuilt, evidence::backup_intact};
constexpr std::array provides = {evidence::upgrade_done, evidence::migration_current};

std::unique_ptr<Stage> bind(const StageSpec&, const Policy&) {
  return std::make_unique<Exchange>();
}

}  // namespace

const StageKind exchange_stage = {.name = "exchange",
                                  .purpose = "Give the new database the name of the present one.",
                                  .needs = needs,
                                  .provides = provides,
                                  .effect = always_changes,
                                  .timeout = std::chrono::minutes(5),
                                  .bind = bind};

}  // namespace orchestrate
