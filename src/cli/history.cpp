#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "cli/find_run.hpp"
#include "cli/gate_states.hpp"
#include "cli/log_file.hpp"
#include "cli/place.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/newest_upgrade.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "render/events.hpp"
#include "render/history.hpp"
#include "render/json.hpp"
#include "render/result.hpp"
#include "render/run.hpp"
#include "render/status.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

/// The name under which an app keeps its state, from its name or its policy file. Throws Error (`usage`) when this host
/// knows neither a policy nor a run of it: a mistyped name is not an app to which nothing has happened.
std::string app_name(const Arguments& arguments) {
  const std::string& app = arguments.app;
  const fs::path file = policy_file(app);
  if (file.parent_path() != fs::path("/etc/orchestrate/policies")) return load(file).policy.app;
  if (!fs::exists(file) && !fs::exists(state_directory(app, arguments)))
    throw Error(ErrorKind::usage, "find " + app, "this host has neither a policy nor a run of it",
                "orchestrate status lists the apps");
  return app;
}

AppStatus status_of(const std::string& app, const Arguments& arguments) {
  AppStatus status{.app = app};
  const auto history = history_of(app, arguments);
  if (!history) return status;
  for (const std::string& id : history->runs(2)) {
    Run run = replay(history->events(id));
    if (!run.finished) {
      status.unfinished = std::move(run);
    } else if (!status.last) {
      status.last = std::move(run);
    }
  }
  auto migration = newest_upgrade(*history);
  const bool is_held = migration && migration->finished->result == Result::held;
  if (is_held && (!status.last || status.last->id != migration->id)) status.held = std::move(migration);
  return status;
}

/// Of all apps: one that we may not read hides none of the others.
AppStatus status_or_why(const std::string& app, const Arguments& arguments) {
  try {
    return status_of(app, arguments);
  } catch (const Error& error) {
    if (!arguments.app.empty()) throw;
    return {.app = app, .warnings = {error.what()}};
  }
}

Json log_json(const StageRecord& stage, const fs::path& file, std::uint64_t size, std::string end) {
  const bool truncated = end.size() < size;
  return Json::object({{"stage", stage.name},
                       {"file", file.string()},
                       {"size", size},
                       {"truncated", truncated},
                       {"text", std::move(end)}});
}

/// Where the directory of state is closed to us, orchestrated tells the end.
void show_told_log(const std::string& run, const StageRecord& stage, const fs::path& file, Json* stages) {
  bus::StageLog log = log_by_daemon(run, stage.name);
  if (log.size == 0) return;
  if (stages) {
    stages->push(log_json(stage, file, log.size, std::move(log.end)));
    return;
  }
  const std::string part =
      log.end.size() < log.size ? fmt::format("the last {} of {} bytes of ", log.end.size(), log.size) : "";
  write(stdout, fmt::format("== {}  {}{}\n", stage.name, part, file.string()) + log_text(log.end));
}

void show_log(const StageRecord& stage, const fs::path& file, Json* stages) {
  if (!fs::exists(file) || fs::file_size(file) == 0) return;
  if (stages) {
    stages->push(log_json(stage, file, fs::file_size(file), end_of(file)));
    return;
  }
  write(stdout, fmt::format("== {}  {}\n", stage.name, file.string()));
  for_each_piece(file, [](std::string_view piece) { write(stdout, log_text(piece)); });
}

}  // namespace

int status(const Arguments& arguments) {
  const auto apps = arguments.app.empty() ? installed_apps() : std::vector{app_name(arguments)};
  const auto gates = gate_states(arguments.app.empty() ? apps : std::vector{arguments.app}, arguments);
  Json json = Json::array();
  for (std::size_t i = 0; i < apps.size(); ++i) {
    AppStatus status = status_or_why(apps[i], arguments);
    status.gate = gates[i];
    if (arguments.format == Format::json)
      json.push(status_json(status));
    else
      write(stdout, status_text(status, std::chrono::system_clock::now(), style_of(stdout)));
  }
  if (arguments.format == Format::text) return 0;
  const Json whole = arguments.app.empty() ? Json::object({{"schema_version", json_schema_version}, {"apps", json}})
                                           : json.as_array().front();
  write(stdout, to_pretty_text(whole) + "\n");
  return 0;
}

int history(const Arguments& arguments) {
  std::vector<Run> runs;
  if (const auto history = history_of(app_name(arguments), arguments))
    for (const std::string& id : history->runs(arguments.limit)) runs.push_back(replay(history->events(id)));
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(history_json(runs)) + "\n");
  else
    write(stdout, history_text(runs, style_of(stdout)));
  return 0;
}

int show(const Arguments& arguments) {
  const Found found = find_run(arguments);
  const Run run = replay(found.events);
  if (const auto broken = found.directory.empty() ? std::nullopt : verify_chain(found.directory))
    write(stderr, fmt::format("warning: the ledger is not as it was written, from event {} on\n", *broken));
  if (arguments.format == Format::json) {
    Json json = run_json(run);
    json.set("events", events_json(found.events)["events"]);
    write(stdout, to_pretty_text(json) + "\n");
    return 0;
  }
  const Style style = style_of(stdout);
  write(stdout, run_text(run, style, Depth::everything) + run_result_text(run, style));
  return 0;
}

int logs(const Arguments& arguments) {
  const Found found = find_run(arguments);
  const Run run = replay(found.events);
  Json stages = Json::array();
  Json* const as_json = arguments.format == Format::json ? &stages : nullptr;
  const bool closed = found.directory.empty();
  const fs::path state = closed ? state_directory(run.created.app, arguments) : found.directory;
  for (const StageRecord& stage : run.stages) {
    const fs::path file = state / "runs" / run.id / (stage.name + ".log");
    if (closed)
      show_told_log(run.id, stage, file, as_json);
    else
      show_log(stage, file, as_json);
  }
  if (arguments.format == Format::json)
    write(stdout,
          to_pretty_text(Json::object({{"schema_version", json_schema_version}, {"run", run.id}, {"logs", stages}})) +
              "\n");
  return 0;
}

}  // namespace orchestrate::cli
