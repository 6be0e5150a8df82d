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

enum class Compared { with_manifest, with_nothing };

std::string first_of(const std::vector<std::string>& all) {
  const std::size_t named = std::min(all.size(), most_named);
  std::string text = fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (all.size() > named) text += fmt::format(", and {} more", all.size() - named);
  return text;
}

std::optional<Refusal> mismatch(const Manifest& manifest, const Restored& restored) {
  const std::string fix = "take a new dump: this one lacks what the database held";
  const auto rows = differences(manifest.rows, restored.rows);
  if (!rows.empty()) return Refusal{"restored, it is not what was dumped: " + first_of(rows), fix};
  if (restored.revisions != manifest.revisions)
    return Refusal{fmt::format("restored, its revision is {} instead of {}", fmt::join(restored.revisions, ", "),
                               fmt::join(manifest.revisions, ", ")),
                   fix};
  if (!restored.content) return std::nullopt;
  const auto other = differences(*manifest.content, *restored.content);
  if (!other.empty()) return Refusal{"restored, it is not what was dumped: " + first_of(other), fix};
  return std::nullopt;
}

/// Why nobody can tell whether the dump holds what the database held.
std::optional<Refusal> incomparable(const std::optional<Manifest>& manifest, Level level) {
  if (level != Level::matched || (manifest && manifest->content)) return std::nullopt;
  return Refusal{"its manifest has no hashes of what the database held: it was taken to be proven less far",
                 "take a new dump, with verify: matched"};
}

Task<Trial> prepare_trial(StageContext& context, const Proof& proof, Attempt attempt) {
  const Server server = co_await ask_server(context.application, context.ports.databases, context.stop);
  if (!attempt.server) expect_room_for_server(context, server);
  const ToolSearch search{.bin = context.application.policy.postgres_bin};
  Trial trial{.dump = proof.path,
              .format = proof.format,
              .level = attempt.level,
              .major = server.major,
              .server = std::move(attempt.server),
              .limit = attempt.limit};
  trial.pg_restore = co_await find_pg_restore(context.ports.commands, search, server.major, context.stop);
  if (trial.level == Level::matched)
    trial.pg_dump = co_await find_pg_dump(context.ports.commands, search, server.major, context.stop);
  co_return trial;
}

std::vector<Evidence> evidence_of(const Proof& proof, const Restored& restored, Compared compared) {
  std::vector<Evidence> all;
  all.push_back({"backup." + std::string(to_string(Level::restored)),
                 Json::object({{"path", proof.path.string()},
                               {"sha256", proof.sha256},
                               {"tables", restored.rows.size()},
                               {"rows", rows_in(restored.rows)},
                               {"revisions", Json::of(restored.revisions)},
                               {"compared_with_manifest", compared == Compared::with_manifest},
                               {"took_ms", restored.took.count()}})});
  if (!restored.content) return all;
  all.push_back({"backup." + std::string(to_string(Level::matched)),
                 Json::object({{"path", proof.path.string()},
                               {"sha256", proof.sha256},
                               {"level", to_string(Level::matched)},
                               {"tables_hashed", restored.content->tables.size()},
                               {"definitions", restored.content->definitions.size()},
                               {"sequences", restored.content->sequences.size()},
                               {"large_objects", restored.content->large_objects}})});
  return all;
}

}  // namespace

std::optional<Refusal> mismatch(const std::filesystem::path& dump, const Restored& restored) {
  const auto beside = manifest_path(dump);
  const auto manifest = std::filesystem::exists(beside) ? read_manifest(beside) : std::nullopt;
  if (!manifest || manifest->rows.empty()) return std::nullopt;
  return mismatch(*manifest, restored);
}

Task<std::variant<std::vector<Evidence>, Refusal>> prove_restored(StageContext& context, Proof proof, Attempt attempt) {
  const auto beside = manifest_path(proof.path);
  const auto manifest = std::filesystem::exists(beside) ? read_manifest(beside) : std::nullopt;
  if (auto refusal = incomparable(manifest, attempt.level)) co_return std::move(*refusal);
  Trial trial = co_await prepare_trial(context, proof, std::move(attempt));
  const auto tried = co_await restore_on_trial(context, std::move(trial));
  if (const auto* refusal = std::get_if<Refusal>(&tried)) co_return *refusal;
  const auto& restored = std::get<Restored>(tried);
  const bool counted = manifest && !manifest->rows.empty();
  if (counted)
    if (auto refusal = mismatch(*manifest, restored)) co_return std::move(*refusal);
  co_return evidence_of(proof, restored, counted ? Compared::with_manifest : Compared::with_nothing);
}

}  // namespace orchestrate::backup
