#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "orchestrate/json.hpp"
#include "orchestrate/settings.hpp"

namespace orchestrate {

/// How one scalar type is written: the loader and the schema both use `pattern`.
struct ScalarForm {
  ValueType type;
  std::string_view pattern;  ///< ECMAScript, for the whole text; empty: any text
  std::string_view expects;  ///< in words
  /// Of a text that matches.
  Settings::Value (*value)(const std::string& text);
};

/// The form of a scalar type or of a list's items.
const ScalarForm& scalar_form(ValueType type);

bool matches(std::string_view pattern, const std::string& text);

}  // namespace orchestrate
