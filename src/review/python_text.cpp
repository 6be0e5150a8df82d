#include "review/python_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace orchestrate {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is none (overlong, surrogate, cut off).
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::optional<int> line_of_bad_utf8(std::string_view text) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) return line;
    if (text[i] == '\n') ++line;
    i += length;
  }
  return std::nullopt;
}

std::string with_unix_lines(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r') {
      text += bytes[i];
      continue;
    }
    text += '\n';
    if (i + 1 < bytes.size() && bytes[i + 1] == '\n') ++i;
  }
  return text;
}

/// The coding named in a comment of the first two lines, `_` as `-`, lower case; empty when there is none.
std::string declared_coding(std::string_view text) {
  for (int line = 0; line < 2; ++line) {
    const std::string_view row = text.substr(0, text.find('\n'));
    const auto start = row.find_first_not_of(" \t\f");
    if (start != std::string_view::npos && row[start] != '#') return {};  // code: a later comment does not count
    auto at = row.find("coding");
    if (start != std::string_view::npos && at != std::string_view::npos) {
      at += 6;
      if (at < row.size() && (row[at] == ':' || row[at] == '=')) {
        at = row.find_first_not_of(" \t", at + 1);
        std::string name;
        for (; at < row.size() && (std::isalnum(static_cast<unsigned char>(row[at])) || row[at] == '-' ||
                                   row[at] == '_' || row[at] == '.');
             ++at)
          name += row[at] == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(row[at])));
        if (!name.empty()) return name;
      }
    }
    if (row.size() == text.size()) return {};
    text.remove_prefix(row.size() + 1);
  }
  return {};
}

constexpr std::array<std::string_view, 5> utf8_names = {"", "utf-8", "utf8", "ascii", "us-ascii"};
constexpr std::array<std::string_view, 4> latin1_names = {"latin-1", "latin1", "iso-8859-1", "iso8859-1"};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// `digits` hex digits at `body[at]`.
std::optional<std::uint32_t> hex_code(std::string_view body, std::size_t at, std::size_t digits) {
  std::uint32_t code = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    const int value = i < body.size() ? hex_value(body[i]) : -1;
    if (value < 0) return std::nullopt;
    code = code * 16 + static_cast<std::uint32_t>(value);
  }
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  return code;
}

struct Escape {
  char letter;
  std::string_view text;
};
constexpr std::array<Escape, 11> simple_escapes = {{{'\n', ""},
                                                    {'\\', "\\"},
                                                    {'\'', "'"},
                                                    {'"', "\""},
                                                    {'a', "\a"},
                                                    {'b', "\b"},
                                                    {'f', "\f"},
                                                    {'n', "\n"},
                                                    {'r', "\r"},
                                                    {'t', "\t"},
                                                    {'v', "\v"}}};

struct HexEscape {
  char letter;
  std::size_t digits;
};
constexpr std::array<HexEscape, 3> hex_escapes = {{{'x', 2}, {'u', 4}, {'U', 8}}};

}  // namespace

std::variant<std::string, Unreadable> python_text(std::string_view bytes) {
  const bool marked = bytes.starts_with("\xEF\xBB\xBF");
  if (marked) bytes.remove_prefix(3);
  std::string text = with_unix_lines(bytes);
  if (const auto nul = text.find('\0'); nul != std::string::npos)
    return Unreadable{1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(nul), '\n')),
                      "it contains a NUL byte"};
  const std::string coding = declared_coding(text);
  if (!marked && std::ranges::find(latin1_names, coding) != latin1_names.end()) {
    std::string converted;
    for (const char c : text) append_utf8(converted, static_cast<unsigned char>(c));
    return converted;
  }
  if (std::ranges::find(utf8_names, coding) == utf8_names.end())
    return Unreadable{1, "its coding line names '" + coding + "'"};
  if (const auto line = line_of_bad_utf8(text)) return Unreadable{*line, "it is not valid UTF-8"};
  return text;
}

std::optional<std::string> unescaped(std::string_view body) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\' || i + 1 >= body.size()) {
      out += body[i];
      continue;
    }
    const char letter = body[++i];
    if (const auto* simple = std::ranges::find(simple_escapes, letter, &Escape::letter);
        simple != simple_escapes.end()) {
      out += simple->text;
    } else if (const auto* hex = std::ranges::find(hex_escapes, letter, &HexEscape::letter); hex != hex_escapes.end()) {
      const auto code = hex_code(body, i + 1, hex->digits);
      if (!code) return std::nullopt;
      append_utf8(out, *code);
      i += hex->digits;
    } else if (letter >= '0' && letter <= '7') {
      std::uint32_t code = 0;
      std::size_t end = i;
      for (; end < body.size() && end < i + 3 && body[end] >= '0' && body[end] <= '7'; ++end)
        code = code * 8 + static_cast<std::uint32_t>(body[end] - '0');
      append_utf8(out, code);
      i = end - 1;
    } else if (letter == 'N') {
      return std::nullopt;
    } else {
      out += '\\';
      out += letter;
    }
  }
  return out;
}

}  // namespace orchestrate
