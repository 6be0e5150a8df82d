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

/// The text with `$1` and so on in the place of literals that are data or passwords; those of DDL, such as a default,
/// stay. What does not parse is not told at all.
std::string without_literals(std::string_view sql);

/// One for each statement of the text: the same where two differ in literals, white space and the like only. None: it
/// does not parse.
std::vector<std::string> fingerprints_of_sql(std::string_view sql);

}  // namespace orchestrate
