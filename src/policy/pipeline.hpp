#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/stage.hpp"
#include "policy/yaml_tree.hpp"

namespace orchestrate {

/// The stages of a pipeline; relative paths in their settings start at `project`.
std::vector<StageSpec> read_pipeline(const YamlNode& node, const std::filesystem::path& project,
                                     std::span<const StageKind* const> kinds, std::vector<Problem>& problems);

Json pipeline_schema(std::span<const StageKind* const> kinds);

}  // namespace orchestrate
