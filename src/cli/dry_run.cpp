#include <fmt/format.h>

#include "cli/new_run.hpp"
#include "cli/session.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "engine/applied.hpp"
#include "engine/execute.hpp"
#include "engine/last_rehearsal.hpp"
#include "ledger/open.hpp"
#include "orchestrate/evidence.hpp"
#include "orchestrate/version.hpp"
#include "render/json.hpp"
#include "window/window.hpp"

namespace orchestrate::cli {
namespace {

/// A ledger that remembers nothing: a dry run leaves no trace.
class NoLedger final : public Ledger {
 public:
  Event append(const std::string& run, const EventBody& body, Time at) override { return {++sequence_, run, at, body}; }
  void approve(const Approval&) override {}
  void open_gate(const GateOpening&, Time) override {}
  void note_verification(const BackupVerification&) override {}
  void note_expiry(const BackupExpiry&) override {}
  void reserve(std::uint64_t) override {}
  std::vector<Event> events(const std::string&) const override { return {}; }
  std::vector<std::string> runs(std::size_t) const override { return {}; }
  std::vector<Approval> approvals() const override { return {}; }
  std::optional<GateOpening> gate_opening() const override { return std::nullopt; }
  std::optional<BackupVerification> verification() const override { return std::nullopt; }
  std::vector<BackupVerification> verifications() const override { return {}; }
  std::optional<Time> last_expiry() const override { return std::nullopt; }
  std::vector<Event> providing(std::string_view) const override { return {}; }
  std::optional<std::string> unfinished() const override { return std::nullopt; }

 private:
  std::int64_t sequence_ = 0;
};

/// A dry run takes no lock, since it takes nothing.
class NoLock final : public RunLock {
 public:
  Task<std::optional<std::string>> acquire(std::stop_token) override { co_return std::nullopt; }
  Task<bool> held(std::stop_token) override { co_return true; }
  void release() override {}
};

/// The app's ledger, or none where nothing has run yet.
std::unique_ptr<Ledger> known_in(const std::filesystem::path& state, const Redactor& redactor) {
  if (!std::filesystem::exists(state)) return std::make_unique<NoLedger>();
  return open_ledger(state, LedgerAccess::read, redactor);
}

std::string window_text(const Policy& policy, Time now) {
  return policy.window ? fmt::format("window: {} ({})\n", state_text(*policy.window, now), text_of(*policy.window))
                       : "";
}

Json window_json(const Policy& policy, Time now) {
  if (!policy.window) return nullptr;
  const Opening opening = opening_at(*policy.window, now);
  return Json::object({{"open", opening.from <= now}, {"from", utc_text(opening.from)}, {"to", utc_text(opening.to)}});
}

std::string would_do(const Plan& plan, const Run& run) {
  std::string text = "would then:\n";
  for (const PlannedStage& stage : plan.stages)
    if (const StageRecord* record = run.stage(stage.name); record && record->state == StageRecord::State::waiting)
      text += fmt::format("      {:<16} {}\n", stage.name, stage.stage->describe());
  return text;
}

Json would_do_json(const Plan& plan, const Run& run) {
  Json stages = Json::array();
  for (const PlannedStage& stage : plan.stages)
    if (const StageRecord* record = run.stage(stage.name); record && record->state == StageRecord::State::waiting)
      stages.push(Json::object({{"stage", stage.name}, {"does", stage.stage->describe()}}));
  return stages;
}

}  // namespace

int dry_run(Loaded loaded, const Arguments& arguments, RunCreated request) {
  Session session(std::move(loaded.policy), arguments, Reach::services, State::as_it_is);
  session.make_commands(std::nullopt);
  const Policy& policy = session.application().policy;
  const auto known = known_in(session.state_directory(), session.redactor());

  const auto act = [&]() -> Task<int> {
    NoLedger ledger;
    NoLock lock;
    Interrupt interrupt;
    Signals signals(session.io(), interrupt);
    Terminal terminal(session.io(), arguments.format);
    for (const PlannedStage& stage : loaded.plan.stages) request.stages.push_back(stage.name);
    Execution execution{.plan = loaded.plan,
                        .application = session.application(),
                        .ports = session.ports(),
                        .ledger = ledger,
                        .lock = lock,
                        .interrupt = interrupt,
                        .observer = terminal,
                        .approvals = known->approvals(),
                        .applied = applied_revisions(*known),
                        .rehearsed = last_rehearsal(*known),
                        .run_id = "dry-run",
                        .request = std::move(request)};
    const Run run = co_await execute(std::move(execution));
    const Time now = session.ports().clock.now();
    const bool goes_on = run.finished->result == Result::succeeded;
    if (arguments.format == Format::json) {
      Json json = run_json(run);
      json.set("would_then", goes_on ? would_do_json(loaded.plan, run) : Json::array());
      json.set("window", window_json(policy, now));
      write(stdout, to_pretty_text(json) + "\n");
    } else if (goes_on) {
      write(stdout, would_do(loaded.plan, run) + window_text(policy, now));
    }
    co_return run.finished->exit_code;
  };
  return session.run(act());
}

}  // namespace orchestrate::cli
