#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::backup {

/// The database that a backup is of, as its server describes it.
struct Server {
  std::string database;
  std::string database_oid;
  int major = 0;
  std::string version;  ///< `15.18 (Debian 15.18-0+deb12u1)`
  std::uint64_t database_size = 0;
  std::string system_identifier;     ///< empty when our role may not ask
  std::string timeline;              ///< likewise
  std::vector<std::string> schemas;  ///< of the policy's, those that exist
  bool has_version_table = false;
  std::vector<std::string> revisions;  ///< rows of the version table, sorted
  std::uint64_t locks = 0;             ///< how many the server has for all sessions
  std::uint64_t locks_wanted = 0;      ///< by a dump: one for each table and sequence, and for catalogs
  std::uint64_t sessions = 0;          ///< how many the server shares its locks out for
};

Task<Server> ask_server(const Application& application, Databases& databases, std::stop_token stop);

}  // namespace orchestrate::backup
