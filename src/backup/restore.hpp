#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/format.hpp"
#include "backup/refusal.hpp"
#include "backup/snapshot.hpp"
#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// Tablespaces are directories of the server that was dumped.
enum class Tablespaces { left_out, kept };

/// A dump that is to be restored, into a server of our own or beside the live database.
struct Trial {
  std::filesystem::path dump;
  Format format = Format::custom;
  Tool pg_restore;                     ///< for archives
  int major = 0;                       ///< of the server that it is of
  std::filesystem::path parent;        ///< a directory of ours, for the throw-away server
  std::chrono::milliseconds limit{0};  ///< for all of it
  Tablespaces tablespaces = Tablespaces::left_out;
};

/// What came out of it.
struct Restored {
  RowCounts rows;
  std::vector<std::string> revisions;  ///< of the version table, sorted
  std::chrono::milliseconds took{0};
};

/// Restores the dump into a server of our own, counts what is there then and takes the server away again. A dump that
/// cannot be restored is a refusal; what kept us from trying is an Error.
Task<std::variant<Restored, Refusal>> restore_on_trial(StageContext& context, Trial trial);

/// Reads the dump into that empty database. A dump that cannot be restored is a refusal.
Task<std::optional<Refusal>> load_dump(StageContext& context, Trial trial, DatabaseUrl into);

/// What is in that database now.
Task<Restored> take_stock(StageContext& context, DatabaseUrl url, std::chrono::milliseconds limit);

/// What of the expected is missing, or more, by table; empty: they agree.
std::vector<std::string> differences(const RowCounts& expected, const RowCounts& found);

}  // namespace orchestrate::backup
