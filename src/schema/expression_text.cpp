#include "schema/expression_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace orchestrate {
namespace {

constexpr std::array<std::string_view, 2> casts = {"::character varying", "::text"};

bool continues_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '"' || c == '.';
}

/// How much of the beginning of `text` is such a cast, with `(20)` and `[]`; 0: none.
std::size_t cast_length(std::string_view text) {
  for (const std::string_view cast : casts) {
    if (!text.starts_with(cast)) continue;
    std::size_t end = cast.size();
    if (end < text.size() && continues_word(text[end])) continue;
    if (end < text.size() && text[end] == '(') end = std::min(text.find(')', end), text.size() - 1) + 1;
    while (text.substr(end).starts_with("[]")) end += 2;
    return end;
  }
  return 0;
}

}  // namespace

std::string without_brackets_and_casts(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t cast = cast_length(text.substr(at))) {
      at += cast;
      continue;
    }
    if (text[at] != '(' && text[at] != ')') plain += text[at];
    ++at;
  }
  return plain;
}

bool is_same_expression(std::string_view one, std::string_view other) {
  return one == other || without_brackets_and_casts(one) == without_brackets_and_casts(other);
}

}  // namespace orchestrate
