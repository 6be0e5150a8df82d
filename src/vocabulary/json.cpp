#include "orchestrate/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using Nlohmann = nlohmann::ordered_json;

/// Each level is one of recursion here, and in whatever walks through the value.
constexpr int deepest = 2000;

Json from(const Nlohmann& n) {
  switch (n.type()) {
    case Nlohmann::value_t::null:
    case Nlohmann::value_t::discarded:
    case Nlohmann::value_t::binary:
      return nullptr;
    case Nlohmann::value_t::boolean:
      return n.get<bool>();
    case Nlohmann::value_t::number_integer:
      return n.get<std::int64_t>();
    case Nlohmann::value_t::number_unsigned: {
      const auto value = n.get<std::uint64_t>();
      if (value > static_cast<std::uint64_t>(INT64_MAX)) return static_cast<double>(value);
      return value;
    }
    case Nlohmann::value_t::number_float:
      return n.get<double>();
    case Nlohmann::value_t::string:
      return n.get<std::string>();
    case Nlohmann::value_t::array: {
      Json::Array items;
      items.reserve(n.size());
      for (const auto& item : n) items.push_back(from(item));
      return items;
    }
    case Nlohmann::value_t::object: {
      Json::Object members;
      members.reserve(n.size());
      for (const auto& [key, value] : n.items()) members.emplace_back(key, from(value));
      return members;
    }
  }
  return nullptr;
}

Nlohmann to(const Json& json) {
  if (json.is_bool()) return json.as_bool();
  if (json.is_integer()) return json.as_integer();
  if (json.is_string()) return json.as_string();
  if (json.is_array()) {
    Nlohmann items = Nlohmann::array();
    for (const Json& item : json.as_array()) items.push_back(to(item));
    return items;
  }
  if (json.is_object()) {
    Nlohmann members = Nlohmann::object();
    for (const auto& [key, value] : json.as_object()) members[key] = to(value);
    return members;
  }
  if (json.is_null()) return nullptr;
  return json.as_number();
}

enum class Characters { unicode, ascii };

std::string dump(const Json& json, int indent, Characters characters = Characters::unicode) {
  return to(json).dump(indent, ' ', characters == Characters::ascii, Nlohmann::error_handler_t::replace);
}

[[noreturn]] void wrong_type(const char* wanted) {
  throw Error(ErrorKind::failed, "read JSON", std::string("expected ") + wanted);
}

/// Before it is parsed: the parser's own callbacks would make that three times as slow.
void refuse_depth(std::string_view text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') in_text = !in_text;
    if (in_text) {
      if (c == '\\') ++at;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > deepest)
      throw Error(ErrorKind::failed, "read JSON", "more than " + std::to_string(deepest) + " values inside each other");
  }
}

const Json null_json;

}  // namespace

Json Json::of(const std::vector<std::string>& texts) {
  return Array(texts.begin(), texts.end());
}

const Json::Object& Json::as_object() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_type("an object");
}
const Json::Array& Json::as_array() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_type("an array");
}
const std::string& Json::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_type("a string");
}
std::int64_t Json::as_integer() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  wrong_type("an integer");
}
double Json::as_number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  return static_cast<double>(as_integer());
}
bool Json::as_bool() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrong_type("true or false");
}
std::vector<std::string> Json::as_strings() const {
  std::vector<std::string> texts;
  for (const Json& item : as_array()) texts.push_back(item.as_string());
  return texts;
}

const Json& Json::operator[](std::string_view key) const {
  const auto* members = std::get_if<Object>(&value_);
  if (!members) return null_json;
  const auto found = std::ranges::find(*members, key, &Member::first);
  return found == members->end() ? null_json : found->second;
}

std::string Json::text_or(std::string_view key, std::string_view fallback) const {
  const Json& value = (*this)[key];
  return value.is_null() ? std::string(fallback) : value.as_string();
}

std::int64_t Json::integer_or(std::string_view key, std::int64_t fallback) const {
  const Json& value = (*this)[key];
  return value.is_null() ? fallback : value.as_integer();
}

Json& Json::set(std::string key, Json value) {
  if (is_null()) value_ = Object{};
  auto& members = std::get<Object>(value_);
  const auto found = std::ranges::find(members, key, &Member::first);
  if (found == members.end())
    members.emplace_back(std::move(key), std::move(value));
  else
    found->second = std::move(value);
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

Json parse_json(std::string_view text) {
  refuse_depth(text);
  try {
    return from(Nlohmann::parse(text));
  } catch (const Nlohmann::parse_error& error) {
    throw Error(ErrorKind::failed, "read JSON", "not valid at byte " + std::to_string(error.byte));
  } catch (const Nlohmann::out_of_range&) {
    throw Error(ErrorKind::failed, "read JSON", "a number is larger than any that we know");
  }
}

std::string to_text(const Json& json) {
  return dump(json, -1);
}
std::string to_ascii_text(const Json& json) {
  return dump(json, -1, Characters::ascii);
}
std::string to_pretty_text(const Json& json) {
  return dump(json, 2);
}

}  // namespace orchestrate
