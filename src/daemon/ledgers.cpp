#include "daemon/ledgers.hpp"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/open.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto long_time = 500ms;
constexpr int rest = 10;  // times as long as it took: others have nine tenths of our time
constexpr std::size_t longest_word = 100;

RunSummary summary_of(const Run& run) {
  RunSummary summary{.id = run.id,
                     .verb = run.created.verb.substr(0, longest_word),
                     .request_id = run.created.request_id.value_or(""),
                     .started_at = run.started_at};
  if (!run.finished) return summary;
  summary.result = run.finished->result;
  summary.exit_code = run.finished->exit_code;
  return summary;
}

/// A ledger is believed about the runs of its own app.
std::vector<Event> own_events(const Ledger& ledger, const std::string& app, const std::string& run) {
  std::vector<Event> events = ledger.events(run);
  for (const Event& event : events) {
    const auto* created = std::get_if<RunCreated>(&event.body);
    const bool is_first = &event == &events.front();
    if (is_first != (created != nullptr) || (created && created->app != app))
      throw Error(ErrorKind::failed, "read run " + run, "it is not a run of " + app + ", whose ledger tells it");
  }
  return events;
}

}  // namespace

std::vector<std::string> Ledgers::apps() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(base_, none)) {
    std::string name = entry.path().filename();
    if (is_app_name(name) && entry.is_directory(none)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

Task<> Ledgers::turn(std::string app) const {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (steady_clock::now() < next_turn_[app]) {
    timer.expires_at(next_turn_[app]);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

void Ledgers::ask(const std::string& app, const Question& question) const {
  const std::string doing = "read the ledger of " + app;
  const auto began = steady_clock::now();
  if (began < left_alone_[app])
    throw Error(ErrorKind::failed, doing, "it took too long a moment ago", "look at it: orchestrate history " + app);
  try {
    question(*open_ledger(directory(app), LedgerAccess::glance, Redactor()));
    const auto ended = steady_clock::now();
    next_turn_[app] = ended + (ended - began);
  } catch (const std::exception& error) {
    const auto took = steady_clock::now() - began;
    if (took > long_time) left_alone_[app] = steady_clock::now() + rest * took;
    if (dynamic_cast<const Error*>(&error)) throw;
    throw Error(ErrorKind::failed, doing, std::string("it is not as we write it: ") + error.what());
  }
}

std::vector<Event> Ledgers::events(const std::string& app, const std::string& run) const {
  std::vector<Event> events;
  ask(app, [&](const Ledger& ledger) { events = own_events(ledger, app, run); });
  return events;
}

std::vector<RunSummary> Ledgers::newest(const std::string& app, std::size_t limit) const {
  std::vector<RunSummary> runs;
  ask(app, [&](const Ledger& ledger) {
    for (const std::string& id : ledger.runs(limit)) runs.push_back(summary_of(replay(own_events(ledger, app, id))));
  });
  return runs;
}

std::optional<Run> Ledgers::unfinished(const std::string& app) const {
  std::optional<Run> run;
  ask(app, [&](const Ledger& ledger) {
    if (const auto id = ledger.unfinished()) run = replay(own_events(ledger, app, *id));
  });
  return run;
}

std::vector<std::string> Ledgers::apps_of(const std::string& run) const {
  std::vector<std::string> found;
  for (const std::string& app : apps()) {
    try {
      if (!events(app, run).empty()) found.push_back(app);
    } catch (const Error&) {
      continue;
    }
  }
  return found;
}

}  // namespace orchestrate::daemon
