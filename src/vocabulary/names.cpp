#include "orchestrate/names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace orchestrate {

std::optional<UnitName> UnitName::parse(std::string_view text) {
  static constexpr std::array<std::string_view, 11> types = {
      "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"};
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view(":-_.\\@").find(c) != std::string_view::npos;
  };
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() > 255) return std::nullopt;
  if (std::ranges::find(types, text.substr(dot + 1)) == types.end()) return std::nullopt;
  if (!std::ranges::all_of(text, allowed) || text.starts_with('@')) return std::nullopt;
  return UnitName(std::string(text));
}

std::string quote_identifier(std::string_view identifier) {
  std::string quoted = "\"";
  for (const char c : identifier) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string TableName::quoted() const {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

}  // namespace orchestrate
