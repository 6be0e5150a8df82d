#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/json.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// The same, where it is one expression that only computes, so that it may be asked of the rows; else empty.
std::string computing_condition(std::string_view condition);

/// Gives the CHECKs among `statements`, which `node` of the parse tree of `sql` has become, their conditions.
void take_conditions(std::string_view sql, const Json& node, std::vector<Statement>& statements);

}  // namespace orchestrate
