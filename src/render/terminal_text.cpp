#include "render/terminal_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "render/utf8.hpp"

namespace orchestrate {
namespace {

struct Range {
  char32_t first, last;
};

// Characters that act on a terminal or hide from its reader (Unicode 15, general categories Cc, Cf, Zl, Zp). The
// zero-width joiners are left out: scripts and emoji need them.
constexpr std::array commanding = {
    Range{0x0000, 0x001f}, Range{0x007f, 0x009f}, Range{0x061c, 0x061c}, Range{0x200b, 0x200b}, Range{0x200e, 0x200f},
    Range{0x2028, 0x202e}, Range{0x2060, 0x206f}, Range{0xfeff, 0xfeff}, Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe007f},
};

// Marks that share the column of the character before them (categories Mn and Me, the common blocks).
constexpr std::array combining = {
    Range{0x0300, 0x036f}, Range{0x0483, 0x0489}, Range{0x0591, 0x05bd}, Range{0x0610, 0x061a},   Range{0x064b, 0x065f},
    Range{0x093a, 0x093a}, Range{0x093c, 0x093c}, Range{0x0941, 0x0948}, Range{0x094d, 0x094d},   Range{0x0e31, 0x0e31},
    Range{0x0e34, 0x0e3a}, Range{0x0e47, 0x0e4e}, Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff},   Range{0x200c, 0x200d},
    Range{0x20d0, 0x20ff}, Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}, Range{0xe0100, 0xe01ef},
};

// East_Asian_Width W and F, by blocks.
constexpr std::array wide = {
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0x4dbf},   Range{0x4e00, 0xa4cf},
    Range{0xa960, 0xa97f},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},
    Range{0xff01, 0xff60},   Range{0xffe0, 0xffe6},   Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff},
    Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd},
};

bool in(std::span<const Range> ranges, char32_t character) {
  return std::ranges::any_of(ranges, [&](Range r) { return character >= r.first && character <= r.last; });
}

std::size_t columns_of(char32_t character) {
  if (in(combining, character)) return 0;
  return in(wide, character) ? 2 : 1;
}

std::string visible(char32_t character) {
  if (character == '\n' || character == '\t') return " ";
  if (character < 0x100) return fmt::format("\\x{:02x}", static_cast<unsigned>(character));
  return fmt::format("\\u{:04x}", static_cast<unsigned>(character));
}

bool safe_in_shell(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("_-.:/@%+=,").find(c) != std::string_view::npos;
}

}  // namespace

std::string printable(std::string_view text) {
  const bool is_plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (is_plain) return std::string(text);  // nearly always
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = first_character(text.substr(at));
    if (!step.character)
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    else if (in(commanding, *step.character))
      line += visible(*step.character);
    else
      line += text.substr(at, step.size);
    at += step.size;
  }
  return line;
}

std::vector<std::string> printable_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(printable(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = first_character(text.substr(at));
    columns += columns_of(step.character.value_or(U'?'));
    at += step.size;
  }
  return columns;
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t width = columns_of(text);
  return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

std::string truncated(std::string_view text, std::size_t columns) {
  if (text.size() <= columns || columns_of(text) <= columns) return std::string(text);  // no byte has two columns
  if (columns == 0) return {};
  std::size_t at = 0, used = 0;
  for (;;) {
    const Utf8Step step = first_character(text.substr(at));
    const std::size_t width = columns_of(step.character.value_or(U'?'));
    if (used + width > columns - 1) break;
    used += width;
    at += step.size;
  }
  return std::string(text.substr(0, at)) + "…";
}

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, safe_in_shell)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace orchestrate
