#include "stages/expiry.hpp"

#include <fmt/core.h>

#include "backup/remove.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/proven_further.hpp"

namespace orchestrate {
namespace {

backup::Retention retention(const StageContext& context, const std::filesystem::path& directory,
                            const backup::RetentionRule& rule, const Outcome& outcome) {
  BackupMemory memory = context.backups;
  for (const Evidence& proof : outcome.evidence) {
    memory.proofs.push_back(proof.facts);
    memory.pins.push_back({proof.facts.text_or("path"), context.run.id});  // whatever the clock says of its age
  }
  return backup::decide(backup::taken_in(directory, context.application.policy.app, memory.proofs), rule,
                        context.ports.clock.now(), memory);
}

/// Why it is still there; empty: it is not.
std::string removed(const std::filesystem::path& dump) {
  try {
    backup::remove_dump(dump);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

std::optional<backup::RetentionRule> retention_of(const StageSpec& backup) {
  const Settings& settings = backup.settings;
  if (!settings.has("take") || !settings.has("keep")) return std::nullopt;
  backup::RetentionRule rule{.keep = static_cast<std::size_t>(settings.integer("keep")),
                             .keep_for = std::nullopt,
                             .level = wanted_of(backup).level};
  if (settings.has("keep_for")) rule.keep_for = settings.duration("keep_for");
  return rule;
}

void expire_older(StageContext& context, const std::filesystem::path& directory, const backup::RetentionRule& rule,
                  Outcome& outcome) {
  const backup::Retention found = retention(context, directory, rule, outcome);
  if (!found.standstill.empty()) outcome.details.push_back("no older dump expires: " + found.standstill);
  std::size_t gone = 0;
  for (const backup::Decision& decision : found.decisions) {
    if (decision.fate == backup::Fate::kept) continue;
    const backup::Stored& dump = decision.dump;
    const std::string name = dump.path.filename().string();
    context.record(std::string(fact::backup_expired) + name,
                   Json::object({{"path", dump.path.string()}, {"sha256", dump.sha256}, {"reason", decision.reason}}));
    const std::string why = removed(dump.path);
    if (why.empty())
      ++gone;
    else
      outcome.details.push_back("not expired: " + why);
  }
  if (gone != 0) outcome.summary += fmt::format(", {} older expired", gone);
}

}  // namespace orchestrate
