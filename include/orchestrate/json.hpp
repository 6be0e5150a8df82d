#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace orchestrate {

/// A JSON value; objects keep the order in which keys were added. The parser and printer live in one .cpp.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(double value) : value_(value) {}
  template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
  Json(Integer value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
  static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }
  static Json of(const std::vector<std::string>& texts);

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }

  /// The alternative held; an Error of kind `failed` when it is another one.
  const Object& as_object() const;
  const Array& as_array() const;
  const std::string& as_string() const;
  std::int64_t as_integer() const;
  double as_number() const;
  bool as_bool() const;
  std::vector<std::string> as_strings() const;

  /// Member of an object; null Json when absent or when this is no object.
  const Json& operator[](std::string_view key) const;
  /// Shorthand for optional members.
  std::string text_or(std::string_view key, std::string_view fallback = {}) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;

  /// Adds or replaces a member; makes an object of null.
  Json& set(std::string key, Json value);
  /// Appends an item; makes an array of null.
  Json& push(Json value);

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_ = nullptr;
};

/// Parses one JSON text. Throws Error (`failed`, with the byte offset) on anything else.
Json parse_json(std::string_view text);
/// Parses an object whose member `array` is one, and gives away each of its items as soon as it is read: of a large
/// text only one is held at a time. The other members are dropped. Throws as parse_json() does.
using TakeItem = std::function<void(Json)>;
void parse_json_items(std::string_view text, std::string_view array, const TakeItem& item);
/// Compact text; bytes that are not UTF-8 become U+FFFD, so it never fails.
std::string to_text(const Json& json);
/// Likewise, with \uXXXX for what is not ASCII.
std::string to_ascii_text(const Json& json);
/// Two-space indented text for people.
std::string to_pretty_text(const Json& json);

}  // namespace orchestrate
