#include "stages/preflight.hpp"

#include <fmt/format.h>

#include <array>

#include "orchestrate/evidence.hpp"
#include "stages/preflight/report.hpp"

namespace orchestrate {
namespace {

using preflight::Check;
using preflight::Inspection;
using preflight::Report;

constexpr std::array keys = {
    Key{"free_space", ValueType::size, Presence::optional, "2x",
        "Free space that backups and state need: bytes, or a multiple of the database's size"},
    Key{"long_transaction", ValueType::duration, Presence::optional, "5min",
        "A transaction that is older and holds locks on tables that the pending revisions affect is in the way"},
    Key{"wait_for_blockers", ValueType::duration, Presence::optional, "0",
        "How long to wait for dumps and transactions in the way to end"},
};
constexpr std::array provides = {evidence::preflight_passed, evidence::migration_pending};

std::vector<Check> all_checks() {
  std::vector<Check> checks;
  for (const auto& group : {preflight::project_checks(), preflight::environment_checks(), preflight::database_checks(),
                            preflight::revision_checks(), preflight::affected_checks(), preflight::activity_checks(),
                            preflight::host_checks()})
    checks.insert(checks.end(), group.begin(), group.end());
  return checks;
}

Outcome refused(const Report& report) {
  Outcome outcome{Verdict::failed, fmt::format("{} of {} checks did not pass", report.not_passed, all_checks().size())};
  outcome.details = report.lines;
  outcome.details.insert(outcome.details.end(), report.advice.begin(), report.advice.end());
  outcome.next = report.first_fix;
  return outcome;
}

Outcome passed(const Report& report, const Inspection& inspection) {
  Outcome outcome{Verdict::passed, fmt::format("{} checks", report.made)};
  outcome.details = report.advice;
  outcome.evidence.push_back({std::string(evidence::preflight_passed),
                              Json::object({{"checks", report.made}, {"database", to_json(*inspection.identity)}})});
  outcome.evidence.push_back({std::string(evidence::migration_pending),
                              Json::object({{"from", Json::of(inspection.pending->from)},
                                            {"to", Json::of(inspection.pending->to)},
                                            {"revisions", Json::of(inspection.pending->revisions)}})});
  return outcome;
}

class Preflight final : public Stage {
 public:
  explicit Preflight(Settings settings) : settings_(std::move(settings)) {}

  std::string describe() const override {
    return fmt::format("compare the live host with the policy: {} checks", all_checks().size());
  }

  Task<Outcome> run(StageContext& context) const override {
    Inspection inspection{.context = context, .settings = settings_};
    const Report report = co_await preflight::make_checks(inspection, all_checks());
    if (report.not_passed > 0) co_return refused(report);
    co_return passed(report, inspection);
  }

 private:
  Settings settings_;
};

}  // namespace

const StageKind preflight_stage{
    .name = "preflight",
    .purpose = "Compare the live host with the policy, and find out what would be migrated.",
    .keys = keys,
    .needs = {},
    .provides = provides,
    .timeout = std::chrono::minutes(2),
    .bind = [](const StageSpec& spec, const Policy&) -> std::unique_ptr<Stage> {
      return std::make_unique<Preflight>(spec.settings);
    },
};

}  // namespace orchestrate
