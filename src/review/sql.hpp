#pragma once

#include <string_view>
#include <vector>

#include "review/statement.hpp"

namespace orchestrate {

/// The statements of SQL text, by PostgreSQL's own parser. place.line is the offset in lines from the start of `sql`.
/// What does not parse, and what hides its effect, is one opaque statement; the others of the text are read all the
/// same.
std::vector<Statement> statements_of_sql(std::string_view sql);

}  // namespace orchestrate
