#include "orchestrate/secret.hpp"

#include <algorithm>
#include <cctype>

namespace orchestrate {
namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_known_value = 8;  // shorter ones occur by chance and would make logs unreadable

bool safe_in_url(unsigned char c) {
  return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (safe_in_url(byte)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

std::string repr_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '\'') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void replace_all(std::string& text, std::string_view from) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + mask.size()))
    text.replace(at, from.size(), mask);
}

bool ends_authority(char c) {
  return std::isspace(static_cast<unsigned char>(c)) || c == '"' || c == '<' || c == '>' || c == ',';
}

/// `scheme://user:PASSWORD@host`: the password may hold an unescaped @, so the last @ before the end of the word
/// counts.
void mask_url_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t start = at + 3;
    std::size_t end = start;
    while (end < text.size() && !ends_authority(text[end])) ++end;
    const std::size_t at_sign = text.substr(start, end - start).rfind('@');
    const std::size_t colon = text.substr(start, end - start).find(':');
    if (at_sign == std::string::npos || colon == std::string::npos || colon > at_sign) continue;
    text.replace(start + colon + 1, at_sign - colon - 1, mask);
  }
}

/// `password=VALUE`, VALUE in single quotes or up to white space or `&`, as conninfo and query strings write it.
void mask_password_keys(std::string& text) {
  static constexpr std::string_view key = "password=";
  const auto lower = [](std::string copy) {
    std::ranges::transform(copy, copy.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return copy;
  };
  for (std::size_t at = lower(text).find(key); at != std::string::npos; at = lower(text).find(key, at + key.size())) {
    const std::size_t start = at + key.size();
    std::size_t end = start;
    if (end < text.size() && (text[end] == '\'' || text[end] == '"')) {
      const char quote = text[end++];
      while (end < text.size() && text[end] != quote) end += text[end] == '\\' ? 2U : 1U;
      end = std::min(end + 1, text.size());
    } else {
      while (end < text.size() && text[end] != '&' && !ends_authority(text[end])) ++end;
    }
    if (end > start) text.replace(start, end - start, mask);
  }
}

}  // namespace

Redactor::Redactor(std::vector<Secret> known) {
  for (const Secret& secret : known) {
    if (secret.reveal().size() < shortest_known_value) continue;
    for (std::string form : {secret.reveal(), percent_encoded(secret.reveal()), repr_escaped(secret.reveal())})
      if (std::ranges::find(values_, form) == values_.end()) values_.push_back(std::move(form));
  }
  std::ranges::sort(values_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redactor::operator()(std::string_view text) const {
  std::string clean(text);
  for (const std::string& value : values_) replace_all(clean, value);
  mask_url_passwords(clean);
  mask_password_keys(clean);
  return clean;
}

}  // namespace orchestrate
