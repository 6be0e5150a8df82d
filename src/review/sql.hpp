#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "review/statement.hpp"

namespace orchestrate {

/// The statements of SQL text, by PostgreSQL's own parser. place.line is the offset in lines from the start of `sql`.
/// What does not parse, and what hides its effect, is one opaque statement; the others of the text are read all the
/// same.
std::vector<Statement> statements_of_sql(std::string_view sql);

/// The text with `$1` and so on in the place of each literal, which may be data or a secret; what does not parse is not
/// told at all.
std::string without_literals(std::string_view sql);

}  // namespace orchestrate
