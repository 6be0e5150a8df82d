#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// What the catalog says of the tables with these names, in whatever schema, of those that have indexes with these
/// names, and of those that a foreign key of theirs refers to which is yet to be validated:
/// {"version": 150018, "utc": true, "tables": [...]}. For PostgreSQL 12 to 18 and any role.
Task<Json> read_table_facts(Database& database, std::vector<std::string> names, std::stop_token stop);

}  // namespace orchestrate
