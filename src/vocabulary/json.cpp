#include "orchestrate/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using Nlohmann = nlohmann::ordered_json;

/// Each level is one of recursion here, and in whatever walks through the value.
constexpr std::size_t deepest = 2000;

/// Makes the value while the text is read. nlohmann's own would cost as much again to make, and again to copy.
class Builder : public nlohmann::json_sax<Nlohmann> {
 public:
  bool null() override { return take(nullptr); }
  bool boolean(bool value) override { return take(value); }
  bool number_integer(number_integer_t value) override { return take(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return take(static_cast<double>(value));
    return take(value);
  }
  bool number_float(number_float_t value, const std::string&) override { return take(value); }
  bool string(std::string& value) override { return take(std::move(value)); }
  bool binary(binary_t&) override { return take(nullptr); }

  bool start_object(std::size_t) override {
    Json::Object members;
    members.reserve(4);  // most that we read have so many: to grow step by step is slow
    return open(std::move(members));
  }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool key(std::string& value) override {
    keys_.push_back(std::move(value));
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
    throw Error(ErrorKind::failed, "read JSON", "not valid at byte " + std::to_string(byte));
  }

  Json result() && { return std::move(result_); }

 protected:
  /// The value is whole; it goes into what is open around it.
  virtual bool take(Json value) {
    if (opened_.empty()) {
      result_ = std::move(value);
    } else if (opened_.back().is_array()) {
      opened_.back().push(std::move(value));
    } else {
      opened_.back().set(std::move(keys_.back()), std::move(value));
      keys_.pop_back();
    }
    return true;
  }
  const std::vector<std::string>& keys() const { return keys_; }
  std::size_t depth() const { return opened_.size(); }

 private:
  bool open(Json value) {
    if (opened_.size() == deepest)
      throw Error(ErrorKind::failed, "read JSON", "more than " + std::to_string(deepest) + " values inside each other");
    opened_.push_back(std::move(value));
    return true;
  }
  bool close() {
    Json closed = std::move(opened_.back());
    opened_.pop_back();
    return take(std::move(closed));
  }

  Json result_;
  std::vector<Json> opened_;       // from the outermost
  std::vector<std::string> keys_;  // whose values are still to come
};

/// Gives away the items of one array of the outermost object.
class ItemBuilder : public Builder {
 public:
  ItemBuilder(std::string_view array, const TakeItem& item) : array_(array), item_(item) {}

 protected:
  bool take(Json value) override {
    if (depth() != 2 || keys() != std::vector{array_}) return Builder::take(std::move(value));
    item_(std::move(value));
    return true;
  }

 private:
  const std::string array_;
  const TakeItem& item_;
};

namespace dom = simdjson::dom;

/// Of what simdjson has read.
Json from(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::OBJECT: {
      Json::Object members;
      const dom::object fields = element;
      members.reserve(fields.size());
      Json object(std::move(members));
      for (const auto& [key, value] : fields) object.set(std::string(key), from(value));
      return object;
    }
    case dom::element_type::ARRAY: {
      Json::Array items;
      const dom::array elements = element;
      items.reserve(elements.size());
      for (const dom::element item : elements) items.push_back(from(item));
      return items;
    }
    case dom::element_type::STRING:
      return std::string_view(element);
    case dom::element_type::INT64:
      return std::int64_t(element);
    case dom::element_type::UINT64:
      return static_cast<double>(std::uint64_t(element));
    case dom::element_type::DOUBLE:
      return double(element);
    case dom::element_type::BOOL:
      return bool(element);
    case dom::element_type::NULL_VALUE:
      break;
  }
  return nullptr;
}

/// Has `use` look at all of the text; false when simdjson refuses it. It is by far the fastest reader, and neither says
/// where a text is not valid nor rounds an integer that is too long: for that there is nlohmann's.
bool read_fast(std::string_view text, const std::function<void(const dom::element&)>& use) {
  dom::parser parser;
  dom::element root;
  if (parser.allocate(text.size(), deepest) != simdjson::SUCCESS) return false;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return false;
  use(root);
  return true;
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
  Json result;
  if (read_fast(text, [&](const dom::element& root) { result = from(root); })) return result;
  Builder builder;
  Nlohmann::sax_parse(text, &builder);
  return std::move(builder).result();
}

void parse_json_items(std::string_view text, std::string_view array, const TakeItem& item) {
  const auto give = [&](const dom::element& root) {
    dom::array items;
    if (root.at_key(array).get(items) == simdjson::SUCCESS)
      for (const dom::element one : items) item(from(one));
  };
  if (read_fast(text, give)) return;
  ItemBuilder builder(array, item);
  Nlohmann::sax_parse(text, &builder);
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
