#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/json.hpp"
#include "orchestrate/task.hpp"

/// The daemon's API on the bus, as systemd/org.orchestrate.Orchestrate1.xml describes it. What a method throws is its
/// caller's error: Refused by its own name, any other Error by its kind.
namespace orchestrate::bus {

class Connection;

inline constexpr const char* bus_name = "org.orchestrate.Orchestrate1";
inline constexpr const char* manager_path = "/org/orchestrate/Orchestrate1";
inline constexpr const char* manager_interface = "org.orchestrate.Orchestrate1";
inline constexpr const char* run_interface = "org.orchestrate.Orchestrate1.Run";

inline constexpr const char* run_abandoned = "abandoned";  ///< a state of a run

/// `/org/orchestrate/Orchestrate1/run/20261120_091403_7f3a`.
std::string run_path(const std::string& run_id);

struct RunRow {
  std::string id, verb, started;  ///< UTC
  std::string result;             ///< empty while it has none
  int exit_code = 0;
};

/// What the manager object does. `client` is the caller's unique name on the bus.
class ManagerApi {
 public:
  virtual ~ManagerApi() = default;
  /// The path of the run that was begun.
  virtual Task<std::string> start(std::string client, std::string app, std::string verb, Json options) = 0;
  virtual Task<std::vector<RunRow>> list_runs(std::string client, std::string app, std::uint32_t limit) = 0;
  virtual Task<std::string> get_run(std::string client, std::string id) = 0;
};

/// How a run goes on.
struct RunWords {
  std::string app, id, verb;
  std::string state;     ///< "running", "unfinished" (nobody works on it), run_abandoned (nor will) or "finished"
  std::string stage;     ///< that runs
  std::string progress;  ///< what it says about itself
  std::string result;    ///< empty until it is finished
  std::int32_t exit_code = -1;  ///< -1 until it is finished
  std::uint64_t sequence = 0;   ///< of its newest event

  bool operator==(const RunWords&) const = default;
};

/// As the bus has them: a member for each, named like `App`.
Json to_json(const RunWords& words);
RunWords words_from(const Json& json);

/// The end of what a stage's children wrote, in any bytes.
struct StageLog {
  std::string end;
  std::uint64_t size = 0;  ///< of all of it
};

class RunApi {
 public:
  virtual ~RunApi() = default;
  virtual Task<RunWords> words(std::string client) = 0;
  /// JSON texts {"sequence", "run", "at", "type", "body"} of all events after that one.
  virtual Task<std::vector<std::string>> events(std::string client, std::uint64_t after) = 0;
  virtual Task<StageLog> log(std::string client, std::string stage) = 0;
  virtual Task<> cancel(std::string client, Manner manner) = 0;
};

/// An object that is on the bus as long as this lives.
class Published {
 public:
  virtual ~Published() = default;
};

class PublishedRun : public Published {
 public:
  /// Tells those who have asked for its words that they have changed, if they have.
  virtual void show(RunWords words) = 0;
  virtual const RunWords& words() const = 0;
};

/// `api` outlives what is returned and all calls of it.
std::unique_ptr<Published> publish_manager(Connection& connection, ManagerApi& api, std::string version);
std::unique_ptr<PublishedRun> publish_run(Connection& connection, std::shared_ptr<RunApi> api, RunWords words);

}  // namespace orchestrate::bus
