#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "review/python_lines.hpp"

namespace orchestrate {

/// A literal that Alembic's four names may hold: None, a text, or a tuple, list or set of texts.
using Literal = std::variant<std::monostate, std::string, std::vector<std::string>>;

/// What a module-level name holds once the file has run.
struct Binding {
  int line = 0;
  std::variant<Literal, Unreadable> value;
};

using Bindings = std::map<std::string, Binding, std::less<>>;

/// The last module-level assignment of each of `names`. A name that is bound in any other way than by a plain literal
/// is Unreadable; a name that is never bound is absent.
std::variant<Bindings, Unreadable> module_literals(std::string_view source, const std::vector<std::string>& names);

}  // namespace orchestrate
