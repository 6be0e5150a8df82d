#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::replacement {

/// A writing session beside the application's database, on the same server, as the role of admin_url, or as the
/// application's own. A database is renamed from elsewhere only.
Task<std::unique_ptr<Database>> administer(const Application& application, Databases& databases, std::stop_token stop);

/// The application's database under another name, as that role.
DatabaseUrl as_administrator(const Application& application, std::string database);

/// What that role may do about a database.
struct Rights {
  std::string role;      ///< its name, quoted where SQL needs that
  std::string owner;     ///< of the database
  bool creates = false;  ///< databases
  bool renames = false;  ///< this one
};
Task<Rights> read_rights(Database& admin, std::string database, std::stop_token stop);

}  // namespace orchestrate::replacement
