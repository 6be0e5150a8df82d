#include "cli/by_daemon.hpp"

#include <csignal>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "bus/published.hpp"
#include "bus/refusal.hpp"
#include "cli/exit_code.hpp"
#include "cli/password_agent.hpp"
#include "cli/place.hpp"
#include "cli/requested.hpp"
#include "cli/terminal.hpp"
#include "cli/way_back.hpp"
#include "engine/on_failure.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/evidence.hpp"
#include "render/json.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto look_interval = 1s;  // a change of which no signal came
constexpr auto turn = 100ms;        // for the spinner
constexpr auto patience = 60s;      // the daemon may be upgraded meanwhile

/// How watching a run ended.
enum class Watch {
  ended,      ///< with the run
  left,       ///< the person left; the run goes on
  abandoned,  ///< all its workers died, and none is started any more
  silent,     ///< the daemon does not answer; the run does not need it
};

/// Signals of the person who watches.
class Leaving {
 public:
  explicit Leaving(boost::asio::io_context& io) : signals_(io, SIGINT, SIGTERM, SIGHUP) { wait(); }

  int times() const { return times_; }
  /// Whoever cannot be asked leaves at once.
  bool is_decided() const { return times_ > 1 || (times_ == 1 && (by_terminal_ == 0 || !::isatty(STDERR_FILENO))); }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      ++times_;
      if (number == SIGINT) ++by_terminal_;
      wait();
    });
  }

  boost::asio::signal_set signals_;
  int times_ = 0, by_terminal_ = 0;
};

/// One run on the screen.
class Following {
 public:
  Following(bus::DaemonClient& daemon, const Arguments& arguments, std::string path)
      : daemon_(daemon), path_(std::move(path)), terminal_(io_, arguments.format), leaving_(io_) {
    daemon_.watch(path_);
  }

  Watch to_its_end() {
    for (;;) {
      const bool abandoned = !look();
      if (run_.finished) return Watch::ended;
      if (abandoned) return Watch::abandoned;
      const auto until = steady_clock::now() + look_interval;
      while (steady_clock::now() < until && !heard()) {
        if (!warned_ && leaving_.times() > 0) warn();
        if (leaving_.is_decided()) return Watch::left;
      }
      if (steady_clock::now() >= give_up_) return Watch::silent;
    }
  }

  const Run& run() const { return run_; }

 private:
  /// Reads what is new, and whether somebody works on the run or will. A daemon that is away for a while ends nothing.
  bool look() {
    try {
      if (is_away_) path_ = daemon_.get_run(run_.id);
      words_ = daemon_.words(path_);  // before the events, which may tell its end
      const bool abandoned = words_.state == bus::run_abandoned;
      const bool is_new = words_.sequence > sequence_;
      for (const std::string& text : is_new ? daemon_.events(path_, sequence_) : std::vector<std::string>()) {
        const Event event = event_from_json(parse_json(text));
        run_ = orchestrate::apply(std::move(run_), event);
        sequence_ = static_cast<std::uint64_t>(event.sequence);
        terminal_.on_event(run_, event);
      }
      is_away_ = false;
      give_up_ = steady_clock::time_point::max();
      return !abandoned;
    } catch (const bus::Refused& refused) {
      if (run_.id.empty() || refused.exit_code() == 77) throw;
      if (!is_away_) give_up_ = steady_clock::now() + patience;
      is_away_ = true;
      return true;
    }
  }

  bool heard() {
    const bool changed = daemon_.wait(turn);
    io_.poll();
    const StageRecord* stage = nullptr;
    for (const StageRecord& record : run_.stages)
      if (record.state == StageRecord::State::running) stage = &record;
    if (stage && !words_.progress.empty()) terminal_.on_progress(stage->name, words_.progress);
    return changed;
  }

  void warn() {
    warned_ = true;
    terminal_.on_notice("the run goes on. Ctrl-C again leaves it alone; to end it: orchestrate cancel " + run_.id);
  }

  boost::asio::io_context io_;
  bus::DaemonClient& daemon_;
  std::string path_;
  Terminal terminal_;
  Leaving leaving_;
  bus::RunWords words_;
  Run run_;
  std::uint64_t sequence_ = 0;
  bool is_away_ = false, warned_ = false;
  steady_clock::time_point give_up_ = steady_clock::time_point::max();
};

/// Why the daemon is not asked; empty: it is, where there is one.
std::string_view reason_to_stay(const Arguments& arguments, const std::string& app) {
  if (arguments.doer == Doer::us) return "--local";
  if (arguments.state) return "--state";
  if (policy_file(app).stem() != app) return "a policy file of one's own";
  if (!std::filesystem::exists(worker_drop_ins(app))) return "it has no worker, which orchestrate init sets up";
  return {};
}

int told(const bus::Refused& refused) {
  write(stderr, fmt::format("orchestrate: {}\n", refused.what()));
  return refused.exit_code();
}

}  // namespace

std::unique_ptr<bus::DaemonClient> daemon_for(const Arguments& arguments, const std::string& app) {
  return reason_to_stay(arguments, app).empty() ? bus::DaemonClient::open() : nullptr;
}

void tell_who_does(const Arguments& arguments, const std::string& verb, const std::string& app) {
  if (arguments.commission) return;
  std::string_view why = reason_to_stay(arguments, arguments.app.empty() ? app : arguments.app);
  if (why.empty()) why = "this host has no orchestrated";
  write(stderr, fmt::format("{} {}: in this process: {}\n", verb, app, why));
}

namespace {

void write_json(const Arguments& arguments, const Json& json) {
  if (arguments.format == Format::json) write(stdout, to_pretty_text(json) + "\n");
}

/// Its worker begins it right after the end of the other one, unless something kills it in between.
std::optional<std::string> path_of(bus::DaemonClient& daemon, const std::string& id) {
  for (const auto give_up = steady_clock::now() + patience; steady_clock::now() < give_up; daemon.wait(turn)) {
    try {
      return daemon.get_run(id);
    } catch (const bus::Refused&) {
      // Not there yet; and who may read it is not known before it is.
    }
  }
  return std::nullopt;
}

int not_ended(Watch watch, const Run& run) {
  if (watch == Watch::abandoned) {
    write(stderr,
          fmt::format("run {}: its workers died, and no other is started. Exit 5.\nnext: orchestrate resume {}\n",
                      run.id, run.id));
    return held;
  }
  const std::string_view why = watch == Watch::left ? "left alone" : "orchestrated does not answer any more";
  write(stderr, fmt::format("{}; the run goes on: orchestrate status {}\n", why, run.created.app));
  return detached;
}

/// The run has ended, and where the policy's on_failure says so another one undoes it.
int followed_back(bus::DaemonClient& daemon, const Arguments& arguments, const Run& run) {
  const auto path = path_of(daemon, run.fact(fact::on_failure).text_or("run"));
  if (!path) {
    write(stderr,
          fmt::format("run {} is held, and nothing undoes it. Exit {}.\nnext: {}\n", run.id, held, run.finished->next));
    write_json(arguments, run_json(run));
    return held;
  }
  Following following(daemon, arguments, *path);
  const Watch watch = following.to_its_end();
  if (watch != Watch::ended) return not_ended(watch, following.run());
  const Together both = together(run, following.run());
  write(stderr, both.text + "\n");
  write_json(arguments, run_json(run).set("way_back", run_json(following.run())));
  return both.exit_code;
}

}  // namespace

int followed(bus::DaemonClient& daemon, const Arguments& arguments, const std::string& path) {
  try {
    Run run;
    {
      Following following(daemon, arguments, path);
      const Watch watch = following.to_its_end();
      run = following.run();
      if (watch != Watch::ended) return not_ended(watch, run);
    }
    if (goes_back(run)) return followed_back(daemon, arguments, run);
    write_json(arguments, run_json(run));
    return run.finished->exit_code;
  } catch (const bus::Refused& refused) {
    return told(refused);
  }
}

int done_by(bus::DaemonClient& daemon, const Arguments& arguments, const std::string& verb, const std::string& app) {
  write(stderr, fmt::format("{} {}: by {}; Ctrl-C leaves it running\n", verb, app, worker_unit(app)));
  std::string path;
  try {
    const PasswordAgent agent;
    path = daemon.start(app, verb, options_of(arguments, request_verb(verb)));
  } catch (const bus::Refused& refused) {
    return told(refused);
  }
  return followed(daemon, arguments, path);
}

}  // namespace orchestrate::cli
