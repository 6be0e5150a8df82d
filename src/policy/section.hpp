#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/settings.hpp"
#include "policy/yaml_tree.hpp"

namespace orchestrate {

/// A mapping read by its keys. What has a problem is absent from it.
struct Section {
  Position position;
  Settings settings;
  std::map<std::string, Section, std::less<>> sections;

  const Section* find(std::string_view name) const {
    const auto found = sections.find(name);
    return found == sections.end() ? nullptr : &found->second;
  }
};

/// Reads every key and reports every problem. `name` is for messages; the pipeline is left to the caller.
Section read_section(std::string_view name, const YamlNode& node, std::span<const Key> keys,
                     std::vector<Problem>& problems);

/// JSON Schema of a mapping with these keys; `pipeline` stands for the value of type pipeline.
Json section_schema(std::span<const Key> keys, const Json& pipeline);

}  // namespace orchestrate
