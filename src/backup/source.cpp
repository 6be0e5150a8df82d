#include "backup/source.hpp"

#include <fmt/format.h>

namespace orchestrate::backup {

Task<std::variant<Source, Rejection>> read_source(StageContext& context, std::filesystem::path dump) {
  const std::string name = dump.filename().string();
  CheckRule rule{.pattern = dump.string(), .max_age = std::nullopt, .holding = Holding::whatever_it_had};
  const auto checked = co_await check_dump(context, std::move(rule));
  if (const auto* rejection = std::get_if<Rejection>(&checked)) co_return *rejection;
  Source source{.proof = std::get<Proof>(checked), .manifest = {}};
  const auto beside = manifest_path(dump);
  if (!std::filesystem::exists(beside)) co_return source;
  source.manifest = read_manifest(beside);
  std::string doubt;
  if (!source.manifest)
    doubt = "its manifest is damaged";
  else if (source.manifest->sha256 != source.proof.sha256)
    doubt = "its bytes are not those that its manifest tells of";
  if (!doubt.empty()) {
    const Refusal refusal{doubt, "choose another: orchestrate backups " + context.application.policy.app};
    co_return Rejection{dump, {refusal}, doubt};
  }
  source.proof.taken_at = source.manifest->started_at;
  co_return source;
}

std::vector<std::string> changes_by_restore(const RowCounts& now, const RowCounts& then) {
  std::vector<std::string> changes;
  for (const auto& [table, rows] : now) {
    const auto found = then.find(table);
    if (found == then.end())
      changes.push_back(fmt::format("{}: gone, with its {} rows", table, rows));
    else if (found->second != rows)
      changes.push_back(fmt::format("{}: {} rows now, {} in the backup", table, rows, found->second));
  }
  for (const auto& [table, rows] : then)
    if (!now.contains(table)) changes.push_back(fmt::format("{}: comes back, with {} rows", table, rows));
  return changes;
}

}  // namespace orchestrate::backup
