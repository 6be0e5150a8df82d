#include "backup/prove_restored.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/manifest.hpp"
#include "backup/restore.hpp"
#include "backup/server.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::size_t most_named = 3;

std::string first_of(const std::vector<std::string>& all) {
  const std::size_t named = std::min(all.size(), most_named);
  std::string text = fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (all.size() > named) text += fmt::format(", and {} more", all.size() - named);
  return text;
}

/// Why what was restored is not what was dumped; only the manifest of a dump of ours knows that.
std::optional<Refusal> mismatch(const Manifest& manifest, const Restored& restored) {
  const std::string fix = "take a new dump: this one lacks what the database held";
  const auto rows = differences(manifest.rows, restored.rows);
  if (!rows.empty()) return Refusal{"restored, it is not what was dumped: " + first_of(rows), fix};
  if (restored.revisions != manifest.revisions)
    return Refusal{fmt::format("restored, its revision is {} instead of {}", fmt::join(restored.revisions, ", "),
                               fmt::join(manifest.revisions, ", ")),
                   fix};
  return std::nullopt;
}

}  // namespace

Task<std::variant<Evidence, Refusal>> prove_restored(StageContext& context, Proof proof,
                                                     std::chrono::milliseconds limit) {
  const Server server = co_await ask_server(context.application, context.ports.databases, context.stop);
  const ToolSearch search{.bin = context.application.policy.postgres_bin};
  const Tool pg_restore = co_await find_pg_restore(context.ports.commands, search, server.major, context.stop);
  Trial trial{.dump = proof.path,
              .format = proof.format,
              .pg_restore = pg_restore,
              .major = server.major,
              .parent = context.state,
              .limit = limit};
  const auto tried = co_await restore_on_trial(context, std::move(trial));
  if (const auto* refusal = std::get_if<Refusal>(&tried)) co_return *refusal;
  const auto& restored = std::get<Restored>(tried);
  const auto beside = manifest_path(proof.path);
  const auto manifest = std::filesystem::exists(beside) ? read_manifest(beside) : std::nullopt;
  const bool counted = manifest && !manifest->rows.empty();
  if (counted)
    if (auto refusal = mismatch(*manifest, restored)) co_return std::move(*refusal);
  Evidence evidence{"backup." + std::string(to_string(Level::restored)),
                    Json::object({{"path", proof.path.string()},
                                  {"sha256", proof.sha256},
                                  {"tables", restored.rows.size()},
                                  {"rows", rows_in(restored.rows)},
                                  {"revisions", Json::of(restored.revisions)},
                                  {"compared_with_manifest", counted},
                                  {"took_ms", restored.took.count()}})};
  co_return evidence;
}

}  // namespace orchestrate::backup
