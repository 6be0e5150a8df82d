#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/directives.hpp"
#include "review/value.hpp"

namespace orchestrate {

/// Python's own functions that have no effect, on known values; nullopt: no such function.
std::optional<Value> call_builtin(std::string_view name, const Arguments& arguments);

/// Methods of texts, lists and dicts that leave them as they are; unknown when the result cannot be computed.
Value call_method_of_literal(const Value& object, std::string_view name, const Arguments& arguments);

/// `left OPERATOR right` for the operator's node name, `Add`, `Mod`, ...
Value binary(std::string_view operation, const Value& left, const Value& right);
/// `Eq`, `NotEq`, `In`, `Is`, ...
Value compare(std::string_view operation, const Value& left, const Value& right);

/// What a loop runs over; nullopt when it is unknown.
std::optional<std::vector<Value>> items_of(const Value& value);
Value list_of(std::vector<Value> items);

}  // namespace orchestrate
