#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "orchestrate/ports.hpp"

namespace orchestrate::backup {

/// A PostgreSQL client program that was found and asked for its version.
struct Tool {
  std::filesystem::path path;
  int major = 0;
  std::string version;  ///< `15.18`
  bool operator==(const Tool&) const = default;
};

/// Where tools are looked for: `bin` alone when the policy names one, else PostgreSQL's own directories, else PATH.
struct ToolSearch {
  std::filesystem::path bin;
  std::filesystem::path versions = "/usr/lib/postgresql";  ///< holds MAJOR/bin on Debian
};

/// pg_dump or pg_dumpall of exactly the server's major version. Throws Error naming the Debian package when there is
/// none.
Task<Tool> find_pg_dumpall(Commands& commands, ToolSearch search, int major, std::stop_token stop);
Task<Tool> find_pg_dump(Commands& commands, ToolSearch search, int major, std::stop_token stop);
/// The oldest pg_restore that is at least `major`.
Task<Tool> find_pg_restore(Commands& commands, ToolSearch search, int major, std::stop_token stop);

/// `gzip` or `zstd` on PATH. Throws Error naming the Debian package.
std::filesystem::path find_program(std::string_view name);

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; 0 when it says none.
int major_in(std::string_view version_line);

/// PATH, LANG and, when set for us, TZ (archive times are local ones): what every child of a backup gets.
std::vector<std::pair<std::string, Secret>> tool_environment();

}  // namespace orchestrate::backup
