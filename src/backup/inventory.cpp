#include "backup/inventory.hpp"

#include <algorithm>

#include "backup/locate.hpp"
#include "backup/manifest.hpp"
#include "files/file_facts.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

Stored stored(const fs::path& directory, const Manifest& manifest) {
  Stored backup{.path = directory / manifest.file,
                .origin = Origin::take,
                .size = manifest.size,
                .taken_at = manifest.started_at,
                .level = manifest.level,
                .proven_at = manifest.finished_at,
                .revisions = manifest.revisions,
                .run = manifest.run,
                .database = manifest.database,
                .sha256 = manifest.sha256};
  const auto facts = files::tree_facts(backup.path);
  backup.is_gone = facts.empty();
  if (facts.empty())
    backup.trouble = "its file is gone";
  else if (files::size_of(facts) != manifest.size)
    backup.trouble = "its size is not what its manifest says";
  return backup;
}

/// `sha256` of the bytes that are there; of somebody else's file it is empty until a proof of the untouched file names
/// it.
void learn(const std::vector<Json>& proofs, std::string sha256, Stored& backup) {
  for (const Json& proof : proofs) {
    if (proof.text_or("path") != backup.path) continue;
    if (const std::string damaged = proof.text_or("damaged"); !damaged.empty()) {
      if (backup.origin == Origin::take) backup.damaged = damaged;  // another job may have put a new file in its place
      continue;
    }
    const bool knows_file = proof["inode"] != Json();
    if (backup.origin == Origin::check && knows_file && still_as_proven(proof)) sha256 = proof.text_or("sha256");
    if (proof.text_or("sha256") != sha256) continue;
    backup.damaged.clear();
    const bool restored = proof["took_ms"] != Json();
    const Level said = level_named(proof.text_or("level")).value_or(Level::intact);
    backup.level = std::max({backup.level, said, restored ? Level::restored : Level::intact});
    if (proof["verified_at"] != Json()) backup.proven_at = parse_utc(proof.text_or("verified_at"));
    if (restored) backup.cost = std::chrono::milliseconds(proof["took_ms"].as_integer());
  }
}

}  // namespace

std::vector<Stored> taken_in(const fs::path& directory, const std::string& app, const std::vector<Json>& proofs) {
  std::vector<Stored> all;
  for (const Manifest& manifest : manifests_in(directory, app)) {
    all.push_back(stored(directory, manifest));
    learn(proofs, manifest.sha256, all.back());
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &Stored::taken_at);
  return all;
}

std::vector<Stored> inventory(const Policy& policy, const std::vector<Json>& proofs) {
  std::vector<Stored> all;
  for (const StageSpec& stage : policy.pipeline) {
    if (stage.kind != "backup") continue;
    if (stage.settings.has("take")) {
      for (Stored& dump : taken_in(stage.settings.text("take"), policy.app, proofs)) all.push_back(std::move(dump));
    } else {
      for (const fs::path& path : dumps_like(stage.settings.text("check"))) {
        const auto facts = files::tree_facts(path);
        if (facts.empty()) continue;
        all.push_back({.path = path, .size = files::size_of(facts), .taken_at = facts.front().modified});
        learn(proofs, {}, all.back());
      }
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &Stored::taken_at);
  return all;
}

}  // namespace orchestrate::backup
