#include "cli/find_run.hpp"

#include "cli/place.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::cli {

std::unique_ptr<Ledger> open_for_reading(const std::filesystem::path& state_directory) {
  return open_ledger(state_directory, LedgerAccess::read, Redactor());
}

Found find_run(const Arguments& arguments) {
  for (const auto& directory : state_directories(arguments)) {
    auto events = open_for_reading(directory)->events(arguments.run);
    if (!events.empty()) return {directory, std::move(events)};
  }
  throw Error(ErrorKind::usage, "find run " + arguments.run, "no ledger on this host knows it",
              "orchestrate history APP lists an app's runs");
}

}  // namespace orchestrate::cli
