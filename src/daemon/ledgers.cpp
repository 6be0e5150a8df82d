#include "daemon/ledgers.hpp"

#include <algorithm>

#include "ledger/open.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

std::unique_ptr<Ledger> opened(const std::filesystem::path& directory) {
  return open_ledger(directory, LedgerAccess::glance, Redactor());
}

}  // namespace

std::vector<std::string> Ledgers::apps() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(base_, none))
    if (entry.is_directory(none)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::vector<Event> Ledgers::events(const std::string& app, const std::string& run) const {
  return opened(directory(app))->events(run);
}

std::vector<Run> Ledgers::newest(const std::string& app, std::size_t limit) const {
  const auto ledger = opened(directory(app));
  std::vector<Run> runs;
  for (const std::string& id : ledger->runs(limit)) runs.push_back(replay(ledger->events(id)));
  return runs;
}

std::optional<Run> Ledgers::unfinished(const std::string& app) const {
  const auto ledger = opened(directory(app));
  const auto id = ledger->unfinished();
  if (!id) return std::nullopt;
  return replay(ledger->events(*id));
}

std::optional<std::string> Ledgers::app_of(const std::string& run) const {
  for (const std::string& app : apps()) {
    try {
      if (!events(app, run).empty()) return app;
    } catch (const Error&) {
      continue;
    }
  }
  return std::nullopt;
}

}  // namespace orchestrate::daemon
