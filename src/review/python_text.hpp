#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "review/python_lines.hpp"

namespace orchestrate {

/// The source as UTF-8 with `\n` line ends, without BOM, by its coding line (PEP 263).
std::variant<std::string, Unreadable> python_text(std::string_view bytes);

/// What the body of a string literal stands for; nullopt when that needs Unicode's name table or a lone surrogate.
std::optional<std::string> unescaped(std::string_view body);

}  // namespace orchestrate
