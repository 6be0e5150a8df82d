#pragma once

#include <map>
#include <string>

#include "orchestrate/json.hpp"

namespace sdbus {
class Variant;
}

namespace orchestrate::bus {

/// A D-Bus dictionary `a{sv}` of text, numbers, booleans and lists of text.
using Dictionary = std::map<std::string, sdbus::Variant>;

/// Throws Error (`usage`) on a value of any other type.
Json to_json(const Dictionary& dictionary);
/// Inverse; members of other kinds are a mistake of the program.
Dictionary to_dictionary(const Json& json);

}  // namespace orchestrate::bus
