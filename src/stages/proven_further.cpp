#include "stages/proven_further.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "backup/wording.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {

namespace {

using backup::Level;

constexpr std::array done = {"written", "decoded and hashed", "decoded, hashed, restored and counted",
                             "decoded, hashed, restored and compared"};

}  // namespace

Wanted wanted_of(const StageSpec& backup) {
  const auto level = backup::level_named(backup.settings.text("verify"));
  return {.level = level.value(), .limit = backup.timeout.value_or(backup_timeout)};
}

std::string how_far(const Wanted& wanted) {
  return done[static_cast<std::size_t>(wanted.level)];
}

bool is_at(const Outcome& outcome, backup::Level level) {
  const std::string name = "backup." + std::string(to_string(level));
  return std::ranges::find(outcome.evidence, name, &Evidence::name) != outcome.evidence.end();
}

/// What is intact is restored, where that is wanted and has not been done.
Task<Outcome> proven_further(StageContext& context, backup::Proof proof, Outcome outcome, Wanted wanted) {
  if (wanted.level == Level::intact || is_at(outcome, wanted.level)) co_return outcome;
  if (context.state.empty()) {  // a dry run writes nothing
    outcome.summary +=
        wanted.level == Level::matched ? "; would be restored and compared" : "; would be restored and counted";
    co_return outcome;
  }
  backup::Attempt attempt{.level = wanted.level, .limit = wanted.limit, .server = std::move(wanted.server)};
  auto tried = co_await backup::prove_restored(context, proof, std::move(attempt));
  if (const auto* refusal = std::get_if<backup::Refusal>(&tried)) {
    Outcome failed = refused(proof.path.filename().string(), {*refusal});
    failed.evidence.push_back(damage(proof.path, refusal->why));
    co_return failed;
  }
  const auto& proofs = std::get<std::vector<Evidence>>(tried);
  const Json& facts = proofs.front().facts;
  outcome.summary += fmt::format(", restored in {}: {} tables, {} rows",
                                 backup::duration_text(std::chrono::milliseconds(facts["took_ms"].as_integer())),
                                 facts["tables"].as_integer(), facts["rows"].as_integer());
  if (wanted.level == Level::matched) outcome.summary += ", all as they were";
  outcome.evidence.insert(outcome.evidence.end(), proofs.begin(), proofs.end());
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
