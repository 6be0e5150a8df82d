#include "stages/post_check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
#include "review/graph.hpp"
#include "schema/state.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

/// What the upgrade left half made that was not there before; told, since the version rows do not show it.
std::vector<std::string> newly_half_made(const Run& run, const std::vector<std::string>& now) {
  const Json& known = run.fact(fact::database_before)["half_made"];
  const auto before = known.is_null() ? std::vector<std::string>{} : known.as_strings();
  std::vector<std::string> fresh;
  std::ranges::copy_if(now, std::back_inserter(fresh),
                       [&](const std::string& object) { return std::ranges::find(before, object) == before.end(); });
  return fresh;
}

class PostCheck final : public Stage {
 public:
  std::string describe() const override { return "compare the version rows with the target"; }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const auto database = co_await open_session(context, context.stop);
    const auto rows = co_await version_rows(*database, policy.migrations.version_table, context.stop);
    auto current = rows.value_or(std::vector<std::string>{});
    auto wanted = context.run.evidence(evidence::migration_pending)["to"].as_strings();
    std::ranges::sort(current);
    std::ranges::sort(wanted);
    if (current != wanted && !mean_the_same(context, current, wanted)) {
      Outcome outcome{Verdict::failed,
                      fmt::format("{} holds {}, expected {}", policy.migrations.version_table.text(),
                                  revisions_text(current), revisions_text(wanted)),
                      {},
                      {},
                      {}};
      outcome.details.push_back(fmt::format("fix: see what the {} did with: orchestrate logs {}",
                                            to_string(context.run.direction()), context.run.id));
      co_return outcome;
    }
    const auto half_made = co_await half_made_objects(*database, app_schemas(policy), context.stop);
    Outcome outcome{Verdict::passed,
                    fmt::format("current = {}{}", named_target(context), revisions_text(current)),
                    newly_half_made(context.run, half_made),
                    {},
                    {}};
    outcome.evidence.push_back(
        {std::string(evidence::migration_current), Json::object({{"versions", Json::of(current)}})});
    if (context.run.direction() == Direction::downgrade) outcome.next = code_goes_back_too(context, current);
    co_return outcome;
  }

 private:
  static std::string named_target(const StageContext& context) {
    return context.run.direction() == Direction::upgrade ? context.target + " = " : "";
  }

  /// On the way back Alembic up to 1.8 keeps a row now and then that another one implies.
  static bool mean_the_same(const StageContext& context, const std::vector<std::string>& current,
                            const std::vector<std::string>& wanted) {
    if (context.run.direction() == Direction::upgrade) return false;
    const RevisionGraph graph = read_revisions(context.application.policy.migrations.versions);
    const auto is_known = [&](const std::string& row) { return graph.find(row) != nullptr; };
    return std::ranges::all_of(current, is_known) && graph.ancestors(current) == graph.ancestors(wanted);
  }

  /// The services still run the code that wants the revisions which are gone.
  static std::string code_goes_back_too(const StageContext& context, const std::vector<std::string>& current) {
    std::string units;
    for (const UnitName& unit : context.application.policy.services) units += " " + unit.text();
    const std::string checkout = "check out the code that belongs to " + revisions_text(current);
    if (units.empty()) return checkout;
    const bool stopped = !context.run.fact(fact::services_stopped).is_null();
    return fmt::format("{}, then: systemctl {}{}", checkout, stopped ? "start" : "restart", units);
  }
};

constexpr std::array needs = {evidence::upgrade_done};
constexpr std::array provides = {evidence::migration_current};

std::unique_ptr<Stage> bind(const StageSpec&, const Policy&) {
  return std::make_unique<PostCheck>();
}

}  // namespace

const StageKind post_check_stage = {.name = "post_check",
                                    .purpose = "Compare what the database says it is at with the target.",
                                    .needs = needs,
                                    .provides = provides,
                                    .timeout = std::chrono::minutes(1),
                                    .bind = bind};

}  // namespace orchestrate
