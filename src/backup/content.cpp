#include "backup/content.hpp"

#include <string_view>

#include <fmt/format.h>

namespace orchestrate::backup {
namespace {

/// `other` is said of what has another hash.
void compare(const Hashes& expected, const Hashes& found, std::string_view other, std::vector<std::string>& different) {
  for (const auto& [name, hash] : expected) {
    const auto there = found.find(name);
    if (there == found.end())
      different.push_back(name + " is missing");
    else if (there->second != hash)
      different.push_back(fmt::format("{} {}", name, other));
  }
  for (const auto& [name, hash] : found)
    if (!expected.contains(name)) different.push_back(name + " is there and was not");
}

Json to_json(const Hashes& hashes) {
  return Json(Json::Object(hashes.begin(), hashes.end()));
}

Hashes hashes_from(const Json& json) {
  Hashes hashes;
  for (const auto& [name, hash] : json.as_object()) hashes.emplace(name, hash.as_string());
  return hashes;
}

}  // namespace

std::vector<std::string> differences(const Content& expected, const Content& found) {
  std::vector<std::string> different;
  compare(expected.tables, found.tables, "has other rows", different);
  compare(expected.definitions, found.definitions, "is defined otherwise", different);
  for (const auto& [name, range] : expected.sequences) {
    const auto there = found.sequences.find(name);
    if (there == found.sequences.end()) continue;  // its definition is missing too
    const SequenceRange& at = there->second;
    if (at.low >= range.low && at.high <= range.high) continue;
    const std::string stood =
        range.low == range.high ? fmt::format("{}", range.low) : fmt::format("{} to {}", range.low, range.high);
    different.push_back(fmt::format("sequence {} is at {} instead of {}", name, at.low, stood));
  }
  if (expected.large_objects != found.large_objects)
    different.push_back(fmt::format("large objects are {} instead of {}", found.large_objects, expected.large_objects));
  return different;
}

Json to_json(const Content& content) {
  Json::Object sequences;
  for (const auto& [name, range] : content.sequences)
    sequences.emplace_back(name, Json::array({Json(range.low), Json(range.high)}));
  return Json::object({{"tables", to_json(content.tables)},
                       {"definitions", to_json(content.definitions)},
                       {"sequences", Json(std::move(sequences))},
                       {"large_objects", content.large_objects}});
}

Content content_from_json(const Json& json) {
  Content content{.tables = hashes_from(json["tables"]),
                  .definitions = hashes_from(json["definitions"]),
                  .large_objects = json["large_objects"].as_string()};
  for (const auto& [name, range] : json["sequences"].as_object())
    content.sequences.emplace(name,
                              SequenceRange{range.as_array().at(0).as_integer(), range.as_array().at(1).as_integer()});
  return content;
}

}  // namespace orchestrate::backup
