#include "stages/proven_further.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "backup/prove_restored.hpp"
#include "backup/wording.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {

Wanted wanted_of(const StageSpec& backup) {
  const bool restored = backup.settings.text("verify") == to_string(backup::Level::restored);
  return {.level = restored ? backup::Level::restored : backup::Level::intact,
          .limit = backup.timeout.value_or(backup_timeout)};
}

std::string how_far(const Wanted& wanted) {
  return wanted.level == backup::Level::intact ? "decoded and hashed" : "decoded, hashed, restored and counted";
}

bool is_at(const Outcome& outcome, backup::Level level) {
  const std::string name = "backup." + std::string(to_string(level));
  return std::ranges::find(outcome.evidence, name, &Evidence::name) != outcome.evidence.end();
}

/// What is intact is restored, where that is wanted and has not been done.
Task<Outcome> proven_further(StageContext& context, backup::Proof proof, Outcome outcome, Wanted wanted) {
  if (wanted.level == backup::Level::intact || is_at(outcome, wanted.level)) co_return outcome;
  if (context.state.empty()) {  // a dry run writes nothing
    outcome.summary += "; would be restored and counted";
    co_return outcome;
  }
  auto tried = co_await backup::prove_restored(context, proof, wanted.limit);
  if (const auto* refusal = std::get_if<backup::Refusal>(&tried)) {
    Outcome failed = refused(proof.path.filename().string(), {*refusal});
    failed.evidence.push_back(damage(proof.path, refusal->why));
    co_return failed;
  }
  const Evidence& evidence = std::get<Evidence>(tried);
  outcome.summary +=
      fmt::format(", restored in {}: {} tables, {} rows",
                  backup::duration_text(std::chrono::milliseconds(evidence.facts["took_ms"].as_integer())),
                  evidence.facts["tables"].as_integer(), evidence.facts["rows"].as_integer());
  outcome.evidence.push_back(evidence);
  co_return outcome;
}

Evidence damage(const std::filesystem::path& dump, const std::string& why) {
  return {std::string(evidence::backup_damaged), Json::object({{"path", dump.string()}, {"damaged", why}})};
}

Outcome refused(const std::string& subject, const std::vector<backup::Refusal>& reasons) {
  Outcome outcome{.verdict = Verdict::failed, .summary = subject + ": " + reasons.front().why};
  for (const backup::Refusal& reason : reasons) outcome.details.push_back(subject + ": " + reason.text());
  return outcome;
}

}  // namespace orchestrate
