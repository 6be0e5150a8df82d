#pragma once

#include <filesystem>
#include <string>

#include "cli/arguments.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::cli {

/// In the place of the policy's pipeline, which is for migrations: the stages that bring `dump` back. Of the pipeline
/// it takes how dumps are taken and services started; `last_dumps` is where the last dump of the present database goes
/// when the policy takes none.
std::filesystem::path last_dumps(const std::string& app, const Arguments& arguments);
Plan restore_plan(Policy& policy, const std::filesystem::path& dump, const std::filesystem::path& last_dumps);

}  // namespace orchestrate::cli
