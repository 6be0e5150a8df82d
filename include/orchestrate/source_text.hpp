#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrate/settings.hpp"

namespace orchestrate {

/// Columns count characters (UTF-8 code points), as editors do.
Position position_at(std::string_view text, std::size_t offset);

/// Positions of many offsets, fast when they mostly rise.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}
  Position at(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_{1, 1};
};

/// The line of that number, counted from 1, without its line end; empty when there is none.
std::string_view source_line(std::string_view text, int line);

/// The same of a text that is asked for many of its lines: in their order it is read once.
class SourceLines {
 public:
  explicit SourceLines(std::string_view text) : text_(text) {}
  std::string_view at(int line);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;  ///< where the line of that number begins
  int line_ = 1;
};

/// Offset of the first byte that is not UTF-8.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The source line and, below it, a caret under the column.
std::string caret_lines(std::string_view text, Position position);

/// The last line that is not empty, of what a program wrote.
std::string last_line(std::string_view text);

}  // namespace orchestrate
