#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bus/published.hpp"
#include "cli/arguments.hpp"
#include "orchestrate/ledger.hpp"

namespace orchestrate::cli {

std::unique_ptr<Ledger> open_for_reading(const std::filesystem::path& state_directory);

/// Where an app's runs are read: its ledger, or orchestrated where we may not read that. nullptr: none has been here.
std::unique_ptr<RunHistory> history_of(const std::string& app, const Arguments& arguments);

/// What the children of a stage wrote, from orchestrated.
bus::StageLog log_by_daemon(const std::string& run, const std::string& stage);

/// A run that a ledger of this host knows.
struct Found {
  std::filesystem::path directory;  ///< empty: orchestrated told it, the directory is closed to us
  std::vector<Event> events;
};

/// The run `arguments.run`, of whatever application. Throws Error (`usage`).
Found find_run(const Arguments& arguments);

}  // namespace orchestrate::cli
