#pragma once

#include <string>
#include <variant>

#include "orchestrate/json.hpp"
#include "orchestrate/settings.hpp"
#include "policy/yaml_tree.hpp"

namespace orchestrate {

/// The value of a key that is no section; problems (none: absent value) go to `problems` with their place.
std::optional<Settings::Value> read_value(const Key& key, const YamlNode& node, std::vector<Problem>& problems);

/// The JSON Schema of such a value.
Json value_schema(const Key& key);

/// A key's default as the policy would hold it; throws std::logic_error when the table itself is wrong.
Settings::Value fallback_value(const Key& key);

}  // namespace orchestrate
