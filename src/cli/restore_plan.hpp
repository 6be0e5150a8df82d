#pragma once

#include <filesystem>
#include <string>

#include "cli/arguments.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::cli {

/// What is to be brought back.
struct WayBack {
  std::filesystem::path dump;
  std::filesystem::path last_dumps;  ///< where the last dump of the present database goes when the policy takes none
  std::string commit;                ///< the code to go back to; empty: it stays
};

/// `STATE/APP/dumps`.
std::filesystem::path last_dumps(const std::string& app, const Arguments& arguments);

/// In the place of the policy's pipeline, which is for migrations: the stages that bring a backup back. Of the pipeline
/// it takes how dumps are taken and services started.
Plan restore_plan(Policy& policy, const WayBack& back);

}  // namespace orchestrate::cli
