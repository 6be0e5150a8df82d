#include "schema/text_array.hpp"

namespace orchestrate {

std::string text_array(const std::vector<std::string>& texts) {
  std::string literal;
  for (const std::string& text : texts) {
    literal += literal.empty() ? "\"" : ",\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return "{" + literal + "}";
}

}  // namespace orchestrate
