#include "stages/preflight.hpp"

#include <fmt/format.h>

#include <array>

#include "orchestrate/evidence.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate {
namespace {

using preflight::Inspection;

constexpr std::array keys = {
    Key{"free_space", ValueType::size, Presence::optional, "2x",
        "Free space that backups and state need: bytes, or a multiple of the database's size"},
    Key{"long_transaction", ValueType::duration, Presence::optional, "5min",
        "A transaction that is older and holds locks on tables that the pending revisions affect is in the way"},
    Key{"wait_for_blockers", ValueType::duration, Presence::optional, "0",
        "How long to wait for dumps and transactions in the way to end"},
};
constexpr std::array provides = {evidence::preflight_passed, evidence::migration_pending};

std::vector<std::string> advice_in(const std::vector<CheckResult>& results) {
  std::vector<std::string> lines;
  for (const CheckResult& result : results)
    for (const std::string& advice : result.answer.advice) lines.push_back(result.name + ": " + advice);
  return lines;
}

/// `CHECK: WHAT; fix: HOW`
std::vector<std::string> lines_of(const CheckResult& result) {
  if (!result.made()) return {result.name + ": not made, since " + result.waits_for + " did not pass"};
  std::vector<std::string> lines;
  for (const Obstacle& obstacle : result.answer.obstacles) lines.push_back(result.name + ": " + obstacle.text());
  return lines;
}

Outcome outcome_of(const std::vector<CheckResult>& results) {
  Outcome outcome{Verdict::passed, fmt::format("{} checks", results.size())};
  std::size_t not_passed = 0;
  for (const CheckResult& result : results) {
    if (result.passed()) continue;
    ++not_passed;
    for (std::string& line : lines_of(result)) outcome.details.push_back(std::move(line));
    if (outcome.next.empty() && result.made()) outcome.next = result.answer.obstacles.front().fix;
  }
  for (std::string& advice : advice_in(results)) outcome.details.push_back(std::move(advice));
  if (not_passed == 0) return outcome;
  outcome.verdict = Verdict::failed;
  outcome.summary = fmt::format("{} of {} checks did not pass", not_passed, results.size());
  return outcome;
}

class Preflight final : public Stage {
 public:
  explicit Preflight(Settings settings) : settings_(std::move(settings)) {}

  std::string describe() const override { return "compare the live host with the policy"; }

  Task<Outcome> run(StageContext& context) const override {
    Inspection inspection{.context = context, .settings = settings_};
    const auto results = co_await answers_to(preflight::questions(inspection));
    Outcome outcome = outcome_of(results);
    if (outcome.verdict == Verdict::passed) outcome.evidence = preflight::proof_of(inspection, results.size());
    co_return outcome;
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
