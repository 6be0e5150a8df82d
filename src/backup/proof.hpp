#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "backup/format.hpp"
#include "files/file_facts.hpp"
#include "orchestrate/event.hpp"
#include "orchestrate/outcome.hpp"

namespace orchestrate::backup {

/// How far a backup was proven. `restored` and `matched` come from a restore.
enum class Level { written, intact, restored, matched };

/// Somebody else's dump, or our own.
enum class Origin { check, take };

/// One backup and what was proven of it.
struct Proof {
  std::filesystem::path path;
  Level level = Level::intact;
  Origin origin = Origin::check;
  Format format = Format::custom;
  std::string database;  ///< as the dump says, or as we dumped it
  std::uint64_t size = 0;
  std::string sha256;
  Time taken_at, verified_at;
  files::FileFacts file;  ///< for a cheap look later whether it is still the same
  bool operator==(const Proof&) const = default;
};

std::string_view to_string(Level level);
std::optional<Level> level_named(std::string_view name);
std::string_view to_string(Origin origin);

/// `backup.intact` and so on, by level.
Evidence evidence_of(const Proof& proof);
/// `appdb-2026-11-20.dump  54 MiB, 6 h old, decoded and hashed`.
std::string summary_of(const Proof& proof);

/// Whether the proven file is still there and nobody wrote, replaced or touched it since; `facts` are its evidence's.
bool still_as_proven(const Json& facts);

}  // namespace orchestrate::backup
