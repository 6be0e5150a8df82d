#include "spellings.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrate/json.hpp"

namespace orchestrate {
namespace {

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("-_.~").find(c) != std::string_view::npos;
}

template <class Predicate>
std::string percent_encoded(std::string_view text, Predicate keeps, std::string_view digits = "0123456789ABCDEF") {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (keeps(c))
      encoded += c;
    else
      (encoded += '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return encoded;
}

/// urllib.parse.quote with safe=''.
std::string quoted(std::string_view text) {
  return percent_encoded(text, is_unreserved);
}
std::string quoted_in_lower_case(std::string_view text) {
  return percent_encoded(text, is_unreserved, "0123456789abcdef");
}
/// urllib.parse.quote as it is by default.
std::string quoted_as_path(std::string_view text) {
  return percent_encoded(text, [](char c) { return is_unreserved(c) || c == '/'; });
}
/// urllib.parse.quote_plus.
std::string quoted_as_form(std::string_view text) {
  std::string form = percent_encoded(text, [](char c) { return is_unreserved(c) || c == ' '; });
  std::ranges::replace(form, ' ', '+');
  return form;
}
/// URL.render_as_string of SQLAlchemy 2: urllib.parse.quote with safe=" +".
std::string quoted_by_sqlalchemy_2(std::string_view text) {
  return percent_encoded(text, [](char c) { return is_unreserved(c) || c == ' ' || c == '+'; });
}
/// str() of an SQLAlchemy 1.4 URL.
std::string quoted_by_sqlalchemy(std::string_view text) {
  return percent_encoded(text, [](char c) { return c != ':' && c != '@' && c != '/'; });
}

std::string escaped(std::string_view text, std::string_view quotes) {
  std::string result;
  for (const char c : text) {
    constexpr std::string_view control = "\n\r\t", letters = "nrt";
    const std::size_t found = control.find(c);
    if (found != std::string_view::npos) {
      result += '\\';
      result += letters[found];
      continue;
    }
    if (c == '\\' || quotes.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}
/// repr() of Python, and libpq's conninfo.
std::string escaped_for_single_quotes(std::string_view text) {
  return escaped(text, "'");
}
/// repr() of Python when the text holds ' and no ".
std::string escaped_backslashes(std::string_view text) {
  return escaped(text, "");
}
std::string escaped_for_double_quotes(std::string_view text) {
  return escaped(text, "\"");
}

std::string doubled_quotes(std::string_view text) {
  std::string result;
  for (const char c : text) result.append(c == '\'' ? 2 : 1, c);
  return result;
}

std::string json_body(std::string_view text) {
  const std::string json = to_text(Json(text));
  return json.substr(1, json.size() - 2);
}
/// json.dumps of Python, which writes \uXXXX for what is not ASCII.
std::string ascii_json_body(std::string_view text) {
  const std::string json = to_ascii_text(Json(text));
  return json.substr(1, json.size() - 2);
}

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

constexpr std::array<std::string (*)(std::string_view), 13> ways = {as_it_is,
                                                                    quoted,
                                                                    quoted_in_lower_case,
                                                                    quoted_as_path,
                                                                    quoted_as_form,
                                                                    quoted_by_sqlalchemy,
                                                                    quoted_by_sqlalchemy_2,
                                                                    escaped_for_single_quotes,
                                                                    escaped_backslashes,
                                                                    escaped_for_double_quotes,
                                                                    doubled_quotes,
                                                                    json_body,
                                                                    ascii_json_body};

}  // namespace

std::vector<std::string> spellings(std::string_view text) {
  std::vector<std::string> all;
  for (const auto way : ways) all.push_back(way(text));
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

}  // namespace orchestrate
