#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// Which database this is, whatever its address says (pg_control_system, pg_control_checkpoint, pg_database).
struct DatabaseIdentity {
  std::string system_identifier;
  std::string oid;
  std::string timeline;
  std::string name;
  int server_version = 0;  ///< as server_version_num: 150018
  bool operator==(const DatabaseIdentity&) const = default;
};

/// What "unchanged" is judged by.
struct SchemaState {
  std::optional<std::vector<std::string>> versions;  ///< nullopt: there is no version table
  std::string fingerprint;                           ///< SHA-256 over the catalog of the app's schemas
  bool operator==(const SchemaState&) const = default;
};

Task<DatabaseIdentity> read_identity(Database& database, std::stop_token stop);

/// The version rows, sorted; nullopt when there is no such table.
Task<std::optional<std::vector<std::string>>> version_rows(Database& database, TableName table, std::stop_token stop);

/// As version_rows, in one round trip. Not in a transaction: one in which a missing table was asked for is broken.
Task<std::optional<std::vector<std::string>>> version_rows_at_once(Database& database, TableName table,
                                                                   std::stop_token stop);

/// Relations, columns, defaults, constraints, indexes with their validity, triggers, policies, rules, functions,
/// types, sequences, comments, owners and grants of `schemas`; no data. The version rows are not part of it.
Task<std::string> fingerprint(Database& database, std::vector<std::string> schemas, std::stop_token stop);

Task<SchemaState> read_state(Database& database, TableName version_table, std::vector<std::string> schemas,
                             std::stop_token stop);

/// Invalid indexes, unvalidated constraints, and tables or sequences without the grants that a role has on most of the
/// others, as people would name them: `index cfg.ix_panels is INVALID`.
Task<std::vector<std::string>> half_made_objects(Database& database, std::vector<std::string> schemas,
                                                 std::stop_token stop);

/// The version rows; none without a version table.
std::vector<std::string> rows_of(const SchemaState& state);

/// "002_panels", "base" or "a, b".
std::string revisions_text(const std::vector<std::string>& revisions);

Json to_json(const DatabaseIdentity& identity);
Json to_json(const SchemaState& state);
SchemaState state_from_json(const Json& json);

}  // namespace orchestrate
