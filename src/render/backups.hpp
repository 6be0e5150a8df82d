#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/json.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// One backup as people see it; the words are those of manifests.
struct BackupRow {
  std::string path, origin, level;
  std::uint64_t size = 0;
  Time taken_at;
  std::optional<Time> proven_at;
  std::optional<std::chrono::milliseconds> restored_in;
  std::vector<std::string> revisions;
  std::string run;
  std::string trouble;  ///< why it is no backup; empty: it is one
};

std::string backups_text(const std::vector<BackupRow>& rows, Time now, Style style);
Json backups_json(const std::string& app, const std::vector<BackupRow>& rows);

}  // namespace orchestrate
