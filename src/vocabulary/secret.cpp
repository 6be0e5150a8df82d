#include "orchestrate/secret.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "spellings.hpp"

namespace orchestrate {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view mask = "***";
constexpr std::size_t shortest_known_value = 8;  // shorter ones occur by chance and would make logs unreadable

std::size_t beginning(std::string_view text) {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) * 256 + static_cast<unsigned char>(text[1]);
}

bool ends_word(char c) {
  return std::isspace(static_cast<unsigned char>(c)) || c == '"' || c == '<' || c == '>' || c == ',';
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !ends_word(text[at])) ++at;
  return at;
}

/// `scheme://user:PASSWORD@host`: the password may hold an unescaped @, so the last @ of the word counts.
std::string without_url_passwords(std::string_view text) {
  std::string clean;
  std::size_t copied = 0;
  for (std::size_t at = text.find("://"); at != npos;) {
    const std::size_t start = at + 3, end = word_end(text, start);
    const std::string_view word = text.substr(start, end - start);
    const std::size_t colon = word.find(':'), at_sign = word.rfind('@');
    if (colon != npos && at_sign != npos && colon < at_sign) {
      clean.append(text.substr(copied, start + colon + 1 - copied)).append(mask);
      copied = start + at_sign;
    }
    at = text.find("://", end);
  }
  return clean.append(text.substr(copied));
}

/// Of `key` in any case, from `at` on.
std::size_t find_key(std::string_view text, std::size_t at) {
  static constexpr std::string_view key = "password";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), key.begin(), key.end(), same);
  return found == text.end() ? npos : static_cast<std::size_t>(found - text.begin()) + key.size();
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

/// Past a quote that may have a backslash, as JSON inside of JSON has it.
std::size_t skip_quote(std::string_view text, std::size_t at) {
  if (at + 1 < text.size() && text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\'')) return at + 2;
  return at < text.size() && (text[at] == '"' || text[at] == '\'') ? at + 1 : at;
}

std::size_t quoted_end(std::string_view text, std::size_t start, std::string_view quote) {
  const bool escaped_quote = quote.size() > 1;
  for (std::size_t at = start; at < text.size(); ++at) {
    if (text.substr(at, quote.size()) == quote) return at;
    if (text[at] == '\\' && !escaped_quote) ++at;
  }
  return text.size();
}

/// `db_password: VALUE` of YAML, unlike the prose of "wrong password: try again".
bool begins_mapping_entry(std::string_view text, std::size_t at) {
  const auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; };
  while (at > 0 && in_name(text[at - 1])) --at;
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || std::string_view("\n{,|").find(text[at - 1]) != npos;
}

struct Stretch {
  std::size_t start = 0, end = 0;
};

/// What `password=VALUE`, `password = 'VALUE'`, `"password": "VALUE"`, YAML's `password: VALUE` and the like keep after
/// the key.
Stretch value_after_key(std::string_view text, std::size_t after_key) {
  const std::size_t sign = skip_blanks(text, skip_quote(text, after_key));
  if (sign >= text.size() || (text[sign] != '=' && text[sign] != ':')) return {};
  const std::size_t opening = skip_blanks(text, sign + 1), start = skip_quote(text, opening);
  if (start > opening) return {start, quoted_end(text, start, text.substr(opening, start - opening))};
  if (text[sign] == ':' && !begins_mapping_entry(text, after_key)) return {};
  std::size_t end = start;
  while (end < text.size() && text[end] != '&' && !ends_word(text[end])) ++end;
  return {start, end};
}

std::string without_password_values(std::string_view text) {
  std::string clean;
  std::size_t copied = 0;
  for (std::size_t at = find_key(text, 0); at != npos; at = find_key(text, at)) {
    const auto [start, end] = value_after_key(text, at);
    if (end <= start) continue;
    clean.append(text.substr(copied, start - copied)).append(mask);
    copied = at = end;
  }
  return clean.append(text.substr(copied));
}

constexpr std::array<std::string_view, 4> line_ends = {"\n", "\r", "\\n",
                                                       "\\r"};  // the latter as JSON and dotenv write

/// Length of the line end at the start of `text`; 0 when there is none.
std::size_t line_end_at(std::string_view text) {
  const auto* found = std::ranges::find_if(line_ends, [&](std::string_view end) { return text.starts_with(end); });
  return found == line_ends.end() ? 0 : found->size();
}

/// Output is redacted line by line, so a secret of several lines is one secret per line too, whichever way it has its
/// line ends: an application prints its own copy with others.
std::vector<std::string> parts_of(const std::string& value) {
  std::vector<std::string> parts{value};
  std::string line;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = line_end_at(std::string_view(value).substr(at));
    if (end == 0) {
      line += value[at++];
      continue;
    }
    parts.push_back(std::exchange(line, {}));
    at += end;
  }
  parts.push_back(std::move(line));
  return parts;
}

}  // namespace

Redactor::Redactor(std::vector<Secret> known) {
  for (const Secret& secret : known)
    for (const std::string& part : parts_of(secret.reveal()))
      if (part.size() >= shortest_known_value)
        for (std::string& spelling : spellings(part)) values_.push_back(std::move(spelling));
  std::ranges::sort(values_);
  const auto repeated = std::ranges::unique(values_);
  values_.erase(repeated.begin(), repeated.end());
  for (const std::string& value : values_) beginnings_.set(beginning(value));
}

/// Length of the longest known value that begins there; 0 when none does.
std::size_t Redactor::known_value_at(std::string_view text, std::size_t at) const {
  const std::string_view rest = text.substr(at);
  if (rest.size() < shortest_known_value || !beginnings_.test(beginning(rest))) return 0;
  const std::string_view prefix = rest.substr(0, 2);
  const auto same_beginning = std::ranges::equal_range(
      values_, prefix, {}, [](const std::string& value) { return std::string_view(value).substr(0, 2); });
  std::size_t longest = 0;
  for (const std::string& value : same_beginning)
    if (value.size() > longest && rest.starts_with(value)) longest = value.size();
  return longest;
}

/// Values that overlap are masked as one, so that no end of either stays.
std::string Redactor::without_known_values(std::string_view text) const {
  std::string clean;
  std::size_t copied = 0, masked = 0;
  for (std::size_t at = 0; at + shortest_known_value <= text.size(); ++at) {
    const std::size_t length = known_value_at(text, at);
    if (length == 0) continue;
    if (at >= masked) clean.append(text.substr(copied, at - copied)).append(mask);
    copied = masked = std::max(masked, at + length);
  }
  return clean.append(text.substr(copied));
}

std::string Redactor::operator()(std::string_view text) const {
  return without_password_values(
      without_url_passwords(values_.empty() ? std::string(text) : without_known_values(text)));
}

}  // namespace orchestrate
