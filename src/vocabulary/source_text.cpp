#include "orchestrate/source_text.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Length of the UTF-8 character at the start of `text`; 0 when it is not one (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  if (!std::ranges::all_of(text.substr(1, length - 1), continues_character)) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90)) return 0;
  if ((lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

}  // namespace

Position Places::at(std::size_t offset) {
  if (offset < offset_) {
    offset_ = 0;
    position_ = {1, 1};
  }
  for (; offset_ < offset; ++offset_) {
    if (text_[offset_] == '\n')
      position_ = {position_.line + 1, 1};
    else if (offset_ + 1 >= text_.size() || !continues_character(text_[offset_ + 1]))
      ++position_.column;
  }
  return position_;
}

Position position_at(std::string_view text, std::size_t offset) {
  return Places(text).at(offset);
}

std::string_view source_line(std::string_view text, int line) {
  return SourceLines(text).at(line);
}

std::string_view SourceLines::at(int line) {
  if (line < 1) return {};
  if (line < line_) {
    offset_ = 0;
    line_ = 1;
  }
  for (; line_ < line; ++line_) {
    const std::size_t end = text_.find('\n', offset_);
    if (end == std::string_view::npos) return {};
    offset_ = end + 1;
  }
  std::string_view found = text_.substr(offset_);
  found = found.substr(0, found.find('\n'));
  while (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

std::string caret_lines(std::string_view text, Position position) {
  const std::string_view line = source_line(text, position.line);
  const std::string number = std::to_string(position.line);
  std::string caret = std::string(number.size(), ' ') + " | ";
  int column = 1;
  for (const char c : line) {
    if (continues_character(c)) continue;
    if (column++ >= position.column) break;
    caret += c == '\t' ? '\t' : ' ';  // so that it stands under the column however wide tabs are shown
  }
  return number + " | " + std::string(line) + "\n" + caret + "^";
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

}  // namespace orchestrate
