#include "daemon/runs.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bus/refusal.hpp"
#include "daemon/stage_log.hpp"
#include "orchestrate/error.hpp"
#include "request/request_file.hpp"
#include "request/worker_words.hpp"

namespace orchestrate::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 250ms;
constexpr std::size_t most_objects = 64, most_unfinished = 256;

/// One run as clients may ask for it. It outlives its object: a method may still be waiting for polkit.
class LookedAt final : public bus::RunApi {
 public:
  LookedAt(std::string app, std::string id, const Runs& runs, const Ledgers& ledgers, const Rights& rights,
           bus::Workers& workers)
      : app_(std::move(app)), id_(std::move(id)), runs_(runs), ledgers_(ledgers), rights_(rights), workers_(workers) {}

  Task<bus::RunWords> words(std::string client) override {
    co_await ledgers_.turn(app_);
    const Run run = replay(ledgers_.events(app_, id_));
    co_await rights_.demand_read(client, run);
    co_return runs_.words(app_, id_);
  }

  Task<std::vector<std::string>> events(std::string client, std::uint64_t after) override {
    co_await ledgers_.turn(app_);
    const auto all = ledgers_.events(app_, id_);
    const Run run = replay(all);
    co_await rights_.demand_read(client, run);
    std::vector<std::string> texts;
    for (const Event& event : all)
      if (static_cast<std::uint64_t>(event.sequence) > after) texts.push_back(to_text(to_json(event)));
    co_return texts;
  }

  Task<bus::StageLog> log(std::string client, std::string stage) override {
    const Run run = replay(ledgers_.events(app_, id_));
    if (!run.stage(stage)) stage.clear();  // of any length, while polkit thinks
    co_await rights_.demand_read(client, run);
    if (stage.empty()) throw Error(ErrorKind::usage, "read the log of run " + id_, "it has no such stage");
    co_return read_stage_log(ledgers_.directory(app_), id_, stage);
  }

  Task<> cancel(std::string client, Manner manner) override {
    const Run run = replay(ledgers_.events(app_, id_));
    co_await rights_.demand(client, request_verb(run.created.verb).right, app_, "cancel");
    const std::uint32_t uid = co_await rights_.uid(client);
    const bus::WorkerState worker = co_await workers_.state(app_);
    if (run.finished || !run.created.unit || !worker.is_running())
      throw bus::Refused(2, "cancel run " + id_ + ": no worker runs it; look: orchestrate status " + app_);
    Json options = Json::object({{"manner", to_string(manner)}});
    write_request(request_file(requests_directory, app_, RequestFile::to_cancel),
                  {.app = app_, .verb = "cancel", .run = id_, .uid = uid, .id = {}, .options = std::move(options)});
    co_await workers_.reload(app_);
  }

 private:
  std::string app_, id_;
  const Runs& runs_;
  const Ledgers& ledgers_;
  const Rights& rights_;
  bus::Workers& workers_;
};

std::string running_stages(const Run& run) {
  std::string names;
  for (const StageRecord& stage : run.stages)
    if (stage.state == StageRecord::State::running) names += (names.empty() ? "" : ", ") + stage.name;
  return names;
}

}  // namespace

struct Runs::Entry {
  std::uint64_t wanted;  ///< by whoever asked for it last: the greater, the later
  std::string app;
  std::unique_ptr<bus::PublishedRun> object;
};

struct Runs::Pace {
  explicit Pace(boost::asio::io_context& io) : next(io) {}
  boost::asio::steady_timer next;
  bool is_waiting = false;
};

Runs::Runs(bus::Connection& connection, const Ledgers& ledgers, const Rights& rights, bus::Workers& workers)
    : connection_(connection),
      ledgers_(ledgers),
      rights_(rights),
      workers_(workers),
      watch_(connection.io(), [this](const std::string& app) { grown(app); }) {}

Runs::~Runs() = default;

std::string Runs::publish(const std::string& app, const std::string& id) {
  const auto found = entries_.find(id);
  bus::RunWords words = this->words(app, id);
  if (found != entries_.end()) {
    if (found->second.app != app)
      throw Error(ErrorKind::failed, "show run " + id, "another app, " + found->second.app + ", has one of that name");
    found->second.wanted = ++asked_;
    found->second.object->show(std::move(words));
  } else {
    auto api = std::make_shared<LookedAt>(app, id, *this, ledgers_, rights_, workers_);
    auto object = bus::publish_run(connection_, std::move(api), std::move(words));
    entries_.emplace(id, Entry{++asked_, app, std::move(object)});
    forget_one();
  }
  return bus::run_path(id);
}

/// Clients find a forgotten run again by its id. One that goes on is followed as long as there is any room; there is
/// one for each app, unless its ledger lies.
void Runs::forget_one() {
  if (entries_.size() <= most_objects) return;
  const auto worth = [](const auto& entry) {
    return std::pair(entry.second.object->words().state != "finished", entry.second.wanted);
  };
  const auto least = std::ranges::min_element(entries_, {}, worth);
  if (!worth(*least).first || entries_.size() > most_unfinished) entries_.erase(least);
}

void Runs::worker_changed(const std::string& app, const bus::WorkerState& state) {
  const bool was_running = states_.contains(app) && states_[app].is_running();
  states_.insert_or_assign(app, state);
  if (state.is_running() && !was_running) watch_.begin(app, ledgers_.directory(app));
  if (!state.is_running() && was_running) watch_.end(app);
  grown(app);
}

void Runs::abandon(const Run& run) {
  abandoned_.insert(run.id);
  grown(run.created.app);
}

/// The first change is shown at once, the next ones together.
void Runs::grown(const std::string& app) {
  auto& pace = paces_.try_emplace(app).first->second;
  if (!pace) pace = std::make_unique<Pace>(connection_.io());
  if (pace->is_waiting) return;
  pace->is_waiting = true;
  const auto quiet_since = std::max(pace->next.expiry() + interval, std::chrono::steady_clock::now());
  pace->next.expires_at(quiet_since);
  pace->next.async_wait([this, app, waited = pace.get()](const boost::system::error_code& error) {
    if (error) return;
    waited->is_waiting = false;
    refresh(app);
  });
}

void Runs::refresh(const std::string& app) {
  for (auto& [id, entry] : entries_) {
    if (entry.app != app || entry.object->words().state == "finished") continue;
    try {
      entry.object->show(words(app, id));
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());  // the next change is looked at again
      return;                                    // what holds for one run of a ledger holds for the others
    }
  }
}

bus::RunWords Runs::words(const std::string& app, const std::string& id) const {
  const std::vector<Event> events = ledgers_.events(app, id);
  if (events.empty()) throw Error(ErrorKind::failed, "read a run", "it is not in its ledger any more");
  const Run run = replay(events);
  const auto state = states_.find(run.created.app);
  const bool has_worker = state != states_.end() && state->second.is_running();
  bus::RunWords words{.app = run.created.app, .id = run.id, .verb = run.created.verb};
  words.sequence = static_cast<std::uint64_t>(events.back().sequence);
  const std::string_view left = abandoned_.contains(run.id) ? bus::run_abandoned : "unfinished";
  words.state = run.finished ? "finished" : has_worker ? "running" : left;
  if (run.finished) {
    words.result = to_string(run.finished->result);
    words.exit_code = run.finished->exit_code;
    return words;
  }
  words.stage = running_stages(run);
  if (has_worker) words.progress = read_words(ledgers_.directory(app), id);
  return words;
}

}  // namespace orchestrate::daemon
