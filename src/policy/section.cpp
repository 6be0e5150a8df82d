#include "policy/section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/near.hpp"
#include "policy/value.hpp"

namespace orchestrate {
namespace {

std::vector<std::string_view> names_of(std::span<const Key> keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

void report_missing(std::string_view name, const YamlNode& node, std::span<const Key> keys,
                    std::vector<Problem>& problems) {
  for (const Key& key : keys) {
    if (key.presence != Presence::required) continue;
    if (std::ranges::find(node.members, key.name, &YamlMember::key) != node.members.end()) continue;
    problems.push_back({node.position, fmt::format("{} lacks the key '{}': {}", name, key.name, key.purpose)});
  }
}

void fill_in_defaults(Section& section, std::span<const Key> keys) {
  for (const Key& key : keys)
    if (!key.fallback.empty() && !section.settings.has(key.name))
      section.settings.set(std::string(key.name), fallback_value(key), {});
}

std::vector<Settings> read_sections(const Key& key, const YamlNode& node, std::vector<Problem>& problems) {
  std::vector<Settings> read;
  const std::string name = fmt::format("an entry of '{}'", key.name);
  if (node.kind != YamlNode::Kind::sequence)
    problems.push_back({node.position, fmt::format("'{}' must be a sequence, each entry with '- '", key.name)});
  for (const YamlNode& item : node.items) read.push_back(read_section(name, item, key.section(), problems).settings);
  return read;
}

void read_member(Section& section, const Key& key, const YamlNode& node, std::vector<Problem>& problems) {
  if (key.type == ValueType::pipeline) return;
  const bool nested =
      key.type == ValueType::section || (key.type == ValueType::url && node.kind == YamlNode::Kind::mapping);
  if (nested) {
    const std::string name = fmt::format("'{}'", key.name);
    section.sections.emplace(key.name, read_section(name, node, key.section(), problems));
  } else if (key.type == ValueType::section_list) {
    section.settings.set(std::string(key.name), read_sections(key, node, problems), node.position);
  } else if (auto value = read_value(key, node, problems)) {
    section.settings.set(std::string(key.name), std::move(*value), node.position);
  }
}

}  // namespace

Section read_section(std::string_view name, const YamlNode& node, std::span<const Key> keys,
                     std::vector<Problem>& problems) {
  Section section{.position = node.position, .settings = {}, .sections = {}};
  if (node.kind != YamlNode::Kind::mapping && node.kind != YamlNode::Kind::null) {
    problems.push_back({node.position, fmt::format("{} must be a mapping of keys", name)});
    return section;
  }
  const std::vector<std::string_view> names = names_of(keys);
  for (const YamlMember& member : node.members) {
    const auto key = std::ranges::find(keys, std::string_view(member.key), &Key::name);
    if (key == keys.end())
      problems.push_back(
          {member.position, fmt::format("unknown key '{}' in {}{}", member.key, name, suggestion(member.key, names))});
    else
      read_member(section, *key, member.value, problems);
  }
  report_missing(name, node, keys, problems);
  fill_in_defaults(section, keys);
  return section;
}

Json section_schema(std::span<const Key> keys, const Json& pipeline) {
  Json properties = Json::object(), required = Json::array();
  for (const Key& key : keys) {
    const std::string name(key.name);
    if (key.presence == Presence::required) required.push(name);
    if (key.type == ValueType::pipeline) {
      properties.set(name, pipeline);
    } else if (key.type == ValueType::section) {
      properties.set(name, section_schema(key.section(), pipeline).set("description", key.purpose));
    } else if (key.type == ValueType::section_list) {
      properties.set(name, Json::object({{"description", key.purpose},
                                         {"type", "array"},
                                         {"items", section_schema(key.section(), pipeline)}}));
    } else if (key.type == ValueType::url) {
      const Json parts = section_schema(key.section(), pipeline);
      properties.set(name,
                     Json::object({{"description", key.purpose}, {"anyOf", Json::array({value_schema(key), parts})}}));
    } else {
      properties.set(name, value_schema(key));
    }
  }
  Json schema = Json::object({{"type", "object"}, {"additionalProperties", false}, {"properties", properties}});
  const bool may_be_empty = required.as_array().empty();
  if (may_be_empty) schema.set("type", Json::of({"object", "null"}));
  if (!may_be_empty) schema.set("required", required);
  return schema;
}

}  // namespace orchestrate
