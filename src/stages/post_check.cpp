#include "stages/post_check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
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
    if (current != wanted) {
      Outcome outcome{Verdict::failed,
                      fmt::format("{} holds {}, expected {}", policy.migrations.version_table.text(),
                                  revisions_text(current), revisions_text(wanted)),
                      {},
                      {},
                      {}};
      outcome.details.push_back("fix: see what the upgrade did with: orchestrate logs " + context.run.id);
      co_return outcome;
    }
    const auto half_made = co_await half_made_objects(*database, app_schemas(policy), context.stop);
    Outcome outcome{Verdict::passed,
                    fmt::format("current = {} = {}", context.target, revisions_text(current)),
                    newly_half_made(context.run, half_made),
                    {},
                    {}};
    outcome.evidence.push_back(
        {std::string(evidence::migration_current), Json::object({{"versions", Json::of(current)}})});
    co_return outcome;
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
