#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate {

/// A stretch of a template: literal text, or the name inside `${NAME}`.
struct TemplatePiece {
  enum class Kind { literal, variable, malformed };
  Kind kind = Kind::literal;
  std::string text;
  bool operator==(const TemplatePiece&) const = default;
};

std::vector<TemplatePiece> template_pieces(std::string_view text);

/// What is wrong with a template before any variable is known: a `${` without its end, a password in plain sight.
std::vector<std::string> template_problems(const UrlTemplate& url);

}  // namespace orchestrate
