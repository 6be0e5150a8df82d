#pragma once

#include <string>
#include <vector>

#include "orchestrate/stage.hpp"
#include "schema/state.hpp"

namespace orchestrate {

/// What of the project's code is not as it was reviewed. Empty: all of it is.
std::vector<std::string> changed_code(const StageContext& context);

/// What runs must be what was reviewed: code, version rows, the database's identity and the backups, read again now.
/// Empty: it is.
std::vector<std::string> changed_since_review(const StageContext& context, const SchemaState& now,
                                              const DatabaseIdentity& identity);

}  // namespace orchestrate
