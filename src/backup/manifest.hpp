#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/content.hpp"
#include "backup/proof.hpp"
#include "backup/server.hpp"
#include "backup/snapshot.hpp"
#include "backup/surroundings.hpp"

namespace orchestrate::backup {

/// What stands beside a dump of ours, written last: a dump without one is no backup.
struct Manifest {
  std::string app, run;
  std::string database, database_oid, system_identifier, timeline, server_version;
  std::string pg_dump_version;
  std::vector<std::string> revisions;
  Time started_at, finished_at;
  std::string file;  ///< name of the dump, a file or a directory, beside the manifest
  std::uint64_t size = 0;
  std::string sha256;
  Level level = Level::intact;
  RowCounts rows;                  ///< in the moment of the dump; empty: nobody counted
  std::optional<Content> content;  ///< likewise; where the policy wanted it `matched`
  Surroundings surroundings;
  bool operator==(const Manifest&) const = default;
};

std::filesystem::path manifest_path(const std::filesystem::path& dump);

/// JSON with a hash of itself.
std::string manifest_text(const Manifest& manifest);
/// nullopt when it is damaged. Throws Error when it cannot be read.
std::optional<Manifest> read_manifest(const std::filesystem::path& file);
/// The whole ones of this app in `directory`, the newest first.
std::vector<Manifest> manifests_in(const std::filesystem::path& directory, const std::string& app);
/// The newest whole one of this app and database in `directory`.
std::optional<Manifest> newest_manifest(const std::filesystem::path& directory, const std::string& app,
                                        const std::string& database);

}  // namespace orchestrate::backup
