#include "policy/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "policy/keys.hpp"
#include "policy/near.hpp"
#include "policy/section.hpp"

namespace orchestrate {
namespace {

using Kinds = std::span<const StageKind* const>;

std::vector<Key> keys_of(const StageKind& kind) {
  std::vector<Key> keys(kind.keys.begin(), kind.keys.end());
  keys.insert(keys.end(), common_stage_keys().begin(), common_stage_keys().end());
  return keys;
}

struct Item {
  std::string kind;
  Position position;
  YamlNode settings;  ///< null when only the kind was written
};

std::optional<Item> read_item(const YamlNode& node, std::vector<Problem>& problems) {
  if (node.is_scalar()) return Item{node.text, node.position, {.position = node.position}};
  if (node.kind == YamlNode::Kind::mapping && node.members.size() == 1) {
    const YamlMember& member = node.members.front();
    return Item{member.key, member.position, member.value};
  }
  const bool split = node.kind == YamlNode::Kind::mapping && node.members.size() > 1;
  const Position position = split ? node.members[1].position : node.position;
  problems.push_back(
      {position, split ? fmt::format("a stage is one kind with its settings below it; indent '{}' further, "
                                     "or begin another stage with '- '",
                                     node.members[1].key)
                       : "a stage is a kind, or a kind with its settings: '- backup: {max_age: 26h}'"});
  return std::nullopt;
}

const StageKind* find_kind(const Item& item, Kinds kinds, std::vector<Problem>& problems) {
  const auto found = std::ranges::find(kinds, std::string_view(item.kind), &StageKind::name);
  if (found != kinds.end()) return *found;
  std::vector<std::string_view> names;
  for (const StageKind* kind : kinds) names.push_back(kind->name);
  problems.push_back({item.position, fmt::format("unknown stage '{}'{}", item.kind, suggestion(item.kind, names))});
  return nullptr;
}

void resolve_paths(Settings& settings, std::span<const Key> keys, const std::filesystem::path& project) {
  const auto resolved = [&](const std::string& path) { return (project / path).lexically_normal().string(); };
  for (const Key& key : keys) {
    const std::string name(key.name);
    if (!settings.has(name)) continue;
    const Position position = settings.position(name);
    if (key.type == ValueType::path) settings.set(name, resolved(settings.text(name)), position);
    if (key.type != ValueType::path_list) continue;
    std::vector<std::string> paths = settings.texts(name);
    for (std::string& path : paths) path = resolved(path);
    settings.set(name, std::move(paths), position);
  }
}

std::optional<StageSpec> read_stage(const YamlNode& node, const std::filesystem::path& project, Kinds kinds,
                                    std::vector<Problem>& problems) {
  const auto item = read_item(node, problems);
  const StageKind* kind = item ? find_kind(*item, kinds, problems) : nullptr;
  if (!kind) return std::nullopt;

  const std::size_t problems_before = problems.size();
  const std::vector<Key> keys = keys_of(*kind);
  Section read = read_section(fmt::format("stage '{}'", kind->name), item->settings, keys, problems);
  Settings settings = std::move(read.settings);
  for (auto& [name, section] : read.sections)
    settings.set(name, std::vector<Settings>{std::move(section.settings)}, section.position);
  resolve_paths(settings, keys, project);
  // Only complete settings can be asked for every key.
  if (kind->problems && problems.size() == problems_before)
    for (std::string& message : kind->problems(settings)) problems.push_back({item->position, std::move(message)});

  StageSpec stage{.kind = item->kind, .name = item->kind, .timeout = {}, .settings = {}, .position = item->position};
  if (settings.has("name")) stage.name = settings.text("name");
  if (settings.has("timeout")) stage.timeout = settings.duration("timeout");
  stage.settings = std::move(settings);
  return stage;
}

void refuse_equal_names(const std::vector<StageSpec>& stages, std::vector<Problem>& problems) {
  for (auto stage = stages.begin(); stage != stages.end(); ++stage) {
    const auto first =
        std::find_if(stages.begin(), stage, [&](const auto& other) { return other.name == stage->name; });
    if (first == stage) continue;
    problems.push_back(
        {stage->position, fmt::format("two stages are named '{}', the other in line {}; add 'name: {}-2'", stage->name,
                                      first->position.line, stage->name)});
  }
}

Json settings_schema(const StageKind& kind) {
  return section_schema(keys_of(kind), {}).set("description", kind.purpose);
}

}  // namespace

std::vector<StageSpec> read_pipeline(const YamlNode& node, const std::filesystem::path& project, Kinds kinds,
                                     std::vector<Problem>& problems) {
  std::vector<StageSpec> stages;
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    problems.push_back({node.position, "'pipeline' must be a list of stages, at least one"});
    return stages;
  }
  for (const YamlNode& item : node.items)
    if (auto stage = read_stage(item, project, kinds, problems)) stages.push_back(std::move(*stage));
  refuse_equal_names(stages, problems);
  return stages;
}

Json pipeline_schema(Kinds kinds) {
  Json with_settings = Json::object(), alone = Json::array();
  for (const StageKind* kind : kinds) {
    const Json settings = settings_schema(*kind);
    with_settings.set(std::string(kind->name), settings);
    if (settings["required"].is_null()) alone.push(kind->name);
  }
  const Json one_kind = Json::object({{"type", "object"},
                                      {"additionalProperties", false},
                                      {"minProperties", 1},
                                      {"maxProperties", 1},
                                      {"properties", with_settings}});
  const Json stage = Json::object({{"anyOf", Json::array({one_kind, Json::object({{"enum", alone}})})}});
  return Json::object(
      {{"type", "array"}, {"description", "The stages in their order."}, {"minItems", 1}, {"items", stage}});
}

}  // namespace orchestrate
