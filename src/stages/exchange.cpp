#include <array>
#include <optional>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "replacement/replacement.hpp"
#include "replacement/settle.hpp"
#include "stages/database_session.hpp"
#include "stages/restore.hpp"
#include "stages/starting_point.hpp"

namespace orchestrate {
namespace {

using replacement::Replacement;

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
    } catch (const std::exception& error) {
      outcome.summary = error.what();
    }
    // Which side we are on is asked of the server, whatever the exchange said.
    std::optional<Outcome> judged;
    try {
      judged = co_await replacement::judged(context.run, outcome, context.application, context.ports.databases);
    } catch (const Error& error) {
      not_judged(error, outcome);
    }
    co_return judged.value_or(std::move(outcome));
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
