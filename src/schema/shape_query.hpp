#pragma once

#include <string>

namespace orchestrate {

/// A name and a definition for each object of the schemas in $1, but for the table $2 and what is its own. $3 is the
/// definition of an extension that only an administrator can make, or that another one needs. What its names are
/// qualified with depends on search_path, so that is to be empty. For PostgreSQL 12 to 18 and any role.
std::string shape_query();

}  // namespace orchestrate
