#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/content.hpp"
#include "backup/format.hpp"
#include "backup/proof.hpp"
#include "backup/refusal.hpp"
#include "backup/server.hpp"
#include "backup/snapshot.hpp"
#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::scratch {
class Cluster;
}

namespace orchestrate::backup {

/// Tablespaces are directories of the server that was dumped.
enum class Tablespaces { left_out, kept };

/// A dump that is to be restored, into a server of our own or beside the live database.
struct Trial {
  std::filesystem::path dump;
  Format format = Format::custom;
  Tool pg_restore;                           ///< for archives
  Tool pg_dump;                              ///< for `matched`
  Level level = Level::restored;             ///< how closely what is there then is looked at
  int major = 0;                             ///< of the server that it is of
  std::shared_ptr<scratch::Cluster> server;  ///< where that is made already; it is ended
  std::chrono::milliseconds limit{0};        ///< for all of it
  Tablespaces tablespaces = Tablespaces::left_out;
  std::string section;  ///< of an archive `pre-data`, `data` or `post-data` alone; empty: all
};

/// What came out of it.
struct Restored {
  RowCounts rows;
  std::optional<Content> content;      ///< where the trial's level is `matched`
  std::vector<std::string> revisions;  ///< of the version table, sorted
  std::chrono::milliseconds took{0};
};

/// What a copy of a database of that size may take on disk, and what a server takes beside its data: catalogs, WAL and
/// some slack; in bytes.
std::uint64_t copy_size(std::uint64_t database_size);
std::uint64_t database_size_within(std::uint64_t copy_size);
inline constexpr std::uint64_t server_itself = std::uint64_t{1} << 30;

/// Throws Error where a copy of the database would not fit into `context.state`; a dry run has none.
void expect_room_for_server(StageContext& context, const Server& server);
/// A throw-away server in `context.state`, of that major version.
Task<std::shared_ptr<scratch::Cluster>> make_server(StageContext& context, int major);

/// Restores the dump into a server of our own, counts what is there then and takes the server away again. A dump that
/// cannot be restored is a refusal; what kept us from trying is an Error.
Task<std::variant<Restored, Refusal>> restore_on_trial(StageContext& context, Trial trial);

/// Reads the dump into that empty database. A dump that cannot be restored is a refusal.
Task<std::optional<Refusal>> load_dump(StageContext& context, Trial trial, DatabaseUrl into);

/// What is in that database now, looked at as closely as the trial says.
Task<Restored> take_stock(StageContext& context, Trial trial, DatabaseUrl url);

/// What of the expected is missing, or more, by table; empty: they agree.
std::vector<std::string> differences(const RowCounts& expected, const RowCounts& found);

}  // namespace orchestrate::backup
