#include "bus/dictionary.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <stdexcept>
#include <vector>

#include "orchestrate/error.hpp"

namespace orchestrate::bus {
namespace {

Json json_of(const std::string& name, const sdbus::Variant& value) {
  const std::string type = value.peekValueType();
  if (type == "s") return value.get<std::string>();
  if (type == "b") return value.get<bool>();
  if (type == "i") return value.get<std::int32_t>();
  if (type == "u") return value.get<std::uint32_t>();
  if (type == "x") return value.get<std::int64_t>();
  if (type == "as") return Json::of(value.get<std::vector<std::string>>());
  throw Error(ErrorKind::usage, "read option " + name, "values of D-Bus type " + type + " are not known here");
}

sdbus::Variant variant_of(const Json& json) {
  if (json.is_string()) return sdbus::Variant(json.as_string());
  if (json.is_bool()) return sdbus::Variant(json.as_bool());
  if (json.is_integer()) return sdbus::Variant(json.as_integer());
  if (json.is_array()) return sdbus::Variant(json.as_strings());
  throw std::logic_error("no D-Bus value for " + to_text(json));
}

}  // namespace

Json to_json(const Dictionary& dictionary) {
  Json json = Json::object();
  for (const auto& [name, value] : dictionary) json.set(name, json_of(name, value));
  return json;
}

Dictionary to_dictionary(const Json& json) {
  Dictionary dictionary;
  for (const auto& [name, value] : json.as_object()) dictionary.emplace(name, variant_of(value));
  return dictionary;
}

}  // namespace orchestrate::bus
