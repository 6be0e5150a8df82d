#include "daemon/manager.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/ranges.h>

#include "bus/refusal.hpp"
#include "ledger/run_id.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t remembered_requests = 50;
constexpr std::uint32_t most_rows = 1000;
constexpr std::size_t longest_id = 64;

/// Read at each call, so that what an operator changes counts at once. What is in the policy is the worker's to judge.
void check_installed(const std::string& app) {
  if (!fs::exists("/etc/orchestrate/policies/" + app + ".yaml"))
    throw Error(ErrorKind::usage, "find " + app, "there is no /etc/orchestrate/policies/" + app + ".yaml",
                "orchestrate status lists the apps");
  const std::string drop_in = worker_drop_ins(app);
  if (!fs::exists(drop_in))
    throw Error(ErrorKind::usage, "find the worker of " + app, "there is no " + drop_in,
                "orchestrate init writes it; or work without the daemon: --local");
  const fs::path state = fs::path(state_base) / app;
  if (!fs::exists(state))
    throw Error(ErrorKind::usage, "find the ledger of " + app, "there is no " + state.string(),
                "orchestrate init makes it; or work without the daemon: --local");
}

Request request_of(const RequestVerb& verb, const std::string& app, const Json& options, std::uint32_t uid) {
  Request request{
      .app = app, .verb = std::string(verb.name), .run = {}, .uid = uid, .id = options.text_or("request-id")};
  const bool makes_one = verb.on == RequestVerb::On::app;
  request.run = makes_one ? new_run_id(std::chrono::system_clock::now()) : options.text_or("run");
  request.options = options;
  return request;
}

}  // namespace

Task<std::string> Manager::start(std::string client, std::string app, std::string verb_name, Json options) {
  check_app_name(app);
  const RequestVerb& verb = request_verb(verb_name);
  check_options(verb, options);
  co_await rights_.demand(client, verb.right, app, verb_name);
  const std::uint32_t uid = co_await rights_.uid(client);
  check_installed(app);
  Request request = request_of(verb, app, options, uid);
  if (!request.id.empty())
    for (const RunSummary& run : ledgers_.newest(app, remembered_requests))
      if (run.request_id == request.id) co_return runs_.publish(app, run.id);
  const std::string run = request.run;
  co_await starts_.start(std::move(request));
  if (ledgers_.events(app, run).empty())
    throw bus::Refused(75, "lock " + app + ": another run holds it; wait for it: orchestrate status " + app);
  co_return runs_.publish(app, run);
}

Task<std::vector<bus::RunRow>> Manager::list_runs(std::string client, std::string app, std::uint32_t limit) {
  check_app_name(app);
  co_await rights_.demand(client, Right::read, app, "read");
  std::vector<bus::RunRow> rows;
  if (!fs::exists(ledgers_.directory(app))) co_return rows;
  co_await ledgers_.turn(app);
  for (const RunSummary& run : ledgers_.newest(app, std::min(limit, most_rows))) {
    bus::RunRow row{
        .id = run.id, .verb = run.verb, .started = utc_text(run.started_at), .result = {}, .exit_code = run.exit_code};
    if (run.result) row.result = to_string(*run.result);
    rows.push_back(std::move(row));
  }
  co_return rows;
}

/// Who may not read is not told either whether there is such a run.
Task<std::string> Manager::get_run(std::string client, std::string id) {
  if (id.size() > longest_id) id.clear();  // not to be kept while polkit thinks
  const std::vector<std::string> apps = ledgers_.apps_of(id);
  std::optional<Run> run;
  if (apps.size() == 1) run = replay(ledgers_.events(apps.front(), id));
  co_await rights_.demand_found(client, run);
  if (run) co_return runs_.publish(apps.front(), id);
  const std::string why = apps.empty() ? "no ledger on this host knows it"
                                       : fmt::format("the ledgers of {} all tell it", fmt::join(apps, ", "));
  throw Error(ErrorKind::usage, "find the run", why, "orchestrate history APP lists an app's runs");
}

}  // namespace orchestrate::daemon
