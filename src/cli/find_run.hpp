#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "cli/arguments.hpp"
#include "orchestrate/ledger.hpp"

namespace orchestrate::cli {

std::unique_ptr<Ledger> open_for_reading(const std::filesystem::path& state_directory);

/// A run that a ledger of this host knows.
struct Found {
  std::filesystem::path directory;
  std::vector<Event> events;
};

/// The run `arguments.run`, of whatever application. Throws Error (`usage`).
Found find_run(const Arguments& arguments);

}  // namespace orchestrate::cli
