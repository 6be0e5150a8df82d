#pragma once

#include <string>
#include <vector>

#include "orchestrate/stage.hpp"
#include "schema/state.hpp"

namespace orchestrate {

/// The files that are not as they were reviewed. Empty: all are.
std::vector<std::string> changed_code(const StageContext& context);

/// What runs must be what was reviewed: code, version rows, the database's identity and the backups, read again now.
/// Empty: it is.
std::vector<std::string> changed_since_review(const StageContext& context, const SchemaState& now,
                                              const DatabaseIdentity& identity);

}  // namespace orchestrate
