#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orchestrate {

/// A place in Python source that we will not guess about.
struct Unreadable {
  int line = 0;
  std::string why;
  bool operator==(const Unreadable&) const = default;
};

/// A token of Python source. `value` is what a string literal stands for.
struct PythonToken {
  enum class Kind { name, number, text, symbol };
  Kind kind = Kind::symbol;
  std::string spelling;
  std::string value;
  std::string unreadable;  ///< why `value` cannot be known (f-string, bytes, \N{...}); empty when it can
  int line = 0;

  bool is(std::string_view symbol_or_name) const { return kind != Kind::text && spelling == symbol_or_name; }
};

/// A logical line: physical lines joined by brackets, triple quotes or backslashes.
struct PythonLine {
  int indentation = 0;  ///< columns, tabs to multiples of eight
  std::vector<PythonToken> tokens;
};

/// Splits source (UTF-8, ASCII or Latin-1 by its coding line, with or without BOM) into logical lines.
std::variant<std::vector<PythonLine>, Unreadable> python_lines(std::string_view source);

}  // namespace orchestrate
