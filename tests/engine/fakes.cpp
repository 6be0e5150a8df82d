#include "fakes.hpp"

#include <array>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate::fake {
namespace {

using namespace std::chrono_literals;
namespace e = evidence;

Trial* current = nullptr;  // the trial whose stages run; kinds are constants and bind has no other way to reach it

class Scripted final : public Stage {
 public:
  Scripted(std::string name, std::vector<Evidence> evidence) : name_(std::move(name)), evidence_(std::move(evidence)) {}
  std::string describe() const override { return name_; }
  Task<Outcome> run(StageContext& context) const override {
    current->ran.push_back(name_);
    const auto act = current->script.find(name_);
    if (act == current->script.end()) co_return passed(evidence_);
    co_return co_await act->second(context);
  }

 private:
  std::string name_;
  std::vector<Evidence> evidence_;
};

template <const std::string_view*... provides>
std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  std::vector<Evidence> evidence = {{std::string(*provides), Json::object()}...};
  if (spec.kind == "preflight") evidence.push_back(pending({"003"}));
  return std::make_unique<Scripted>(spec.name, std::move(evidence));
}

constexpr std::array p_preflight = {e::preflight_passed, e::migration_pending};
constexpr std::array p_backup = {e::backup_intact};
constexpr std::array p_review = {e::review_passed};
constexpr std::array p_point = {e::restore_point_recorded};
constexpr std::array p_upgrade = {e::upgrade_done};
constexpr std::array p_check = {e::migration_current};
constexpr std::array p_restart = {e::services_healthy};
constexpr std::array n_after_preflight = {e::preflight_passed};
constexpr std::array n_upgrade = {e::preflight_passed, e::backup_intact, e::review_passed, e::restore_point_recorded};

const StageKind preflight{
    .name = "preflight", .provides = p_preflight, .timeout = 1h, .bind = bind<&e::preflight_passed>};
const StageKind backup{
    .name = "backup", .provides = p_backup, .length = Length::lengthy, .timeout = 1h, .bind = bind<&e::backup_intact>};
const StageKind review{
    .name = "review", .needs = n_after_preflight, .provides = p_review, .timeout = 1h, .bind = bind<&e::review_passed>};
const StageKind keeping_point{.name = "keeping_point",
                              .provides = p_point,
                              .effect = [](const Settings&) { return Effect::keeps; },
                              .timeout = 1h,
                              .bind = bind<&e::restore_point_recorded>};
const StageKind point{
    .name = "restore_point", .provides = p_point, .timeout = 1h, .bind = bind<&e::restore_point_recorded>};
const StageKind moving_point{.name = "commit_point",
                             .provides = p_point,
                             .effect = always_changes,
                             .timeout = 1h,
                             .bind = bind<&e::restore_point_recorded>};
const StageKind upgrade{.name = "upgrade",
                        .needs = n_upgrade,
                        .provides = p_upgrade,
                        .effect = always_changes,
                        .timeout = 1h,
                        .bind = bind<&e::upgrade_done>};
const StageKind post_check{
    .name = "post_check", .needs = p_upgrade, .provides = p_check, .timeout = 1h, .bind = bind<&e::migration_current>};
const StageKind restart{.name = "restart",
                        .needs = p_check,
                        .provides = p_restart,
                        .effect = always_changes,
                        .timeout = 1h,
                        .bind = bind<&e::services_healthy>};
const StageKind stopping{.name = "stop",
                         .needs = n_after_preflight,
                         .effect = always_changes,
                         .services = Services::touched,
                         .timeout = 1h,
                         .bind = bind<>};
const StageKind command{.name = "command", .effect = always_changes, .timeout = 1h, .bind = bind<>};
const StageKind journal{.name = "journal", .needs = p_restart, .timeout = 1h, .bind = bind<>};

/// A sleep ends when it is stopped; the shortest deadlines pass at once.
class TestClock final : public Clock {
 public:
  explicit TestClock(boost::asio::io_context& io) : io_(io) {}
  Time now() const override { return parse_utc("2026-11-20T09:14:03Z"); }
  std::chrono::milliseconds boot() const override { return 0ms; }
  Task<> sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
    boost::asio::steady_timer timer(io_);
    timer.expires_after(duration <= 1ms ? 0ms : std::chrono::milliseconds(24h));
    std::stop_callback wake(stop, [&] { boost::asio::post(io_, [&] { timer.cancel(); }); });
    boost::system::error_code code;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, code));
    if (code) throw Error(ErrorKind::stopped, "sleep", "stopped");
  }

 private:
  boost::asio::io_context& io_;
};

struct NoCommands final : Commands {
  Task<Exit> run(Command, std::stop_token) override { throw std::logic_error("no commands here"); }
  std::unique_ptr<Process> start(Command, std::stop_token) override { throw std::logic_error("no commands here"); }
  Task<std::size_t> end_strays() override { co_return 0; }
};
struct NoDatabases final : Databases {
  Task<std::unique_ptr<Database>> connect(DatabaseUrl, SessionOptions, std::stop_token) override {
    throw std::logic_error("no database here");
  }
};
struct Units final : ServiceManager {
  explicit Units(Trial& t) : trial(t) {}
  Trial& trial;
  Task<UnitState> state(UnitName, std::stop_token) override { co_return UnitState{}; }
  Task<JobEnd> restart(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
  Task<JobEnd> start(UnitName unit, std::stop_token) override {
    trial.started_units.push_back(unit.text());
    co_return JobEnd{"done"};
  }
  Task<JobEnd> stop(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
};
struct NoJournal final : Journal {
  Task<std::vector<JournalLine>> lines(UnitName, std::string, std::size_t) override {
    co_return std::vector<JournalLine>{};
  }
  bool readable() const override { return true; }
};
struct NoHost final : Host {
  FreeSpace space(const std::filesystem::path&) const override { return {}; }
  std::uint64_t available_memory() const override { return 0; }
  std::vector<std::string> writers(const std::filesystem::path&) const override { return {}; }
  std::string name() const override { return "vps1"; }
  std::vector<Connection> connections_of_children() const override { return {}; }
};
struct NoNetwork final : Network {
  Task<> connect(Endpoint, std::chrono::milliseconds, std::stop_token) override { co_return; }
  Task<int> http_get(Endpoint, std::string, std::chrono::milliseconds, std::stop_token) override { co_return 200; }
};
struct Memory final : Ledger {
  explicit Memory(Trial& t) : trial(t) {}
  Trial& trial;
  Event append(const std::string& run, const EventBody& body, Time at) override {
    if (trial.ledger.size() >= trial.ledger_fails_after)
      throw Error(ErrorKind::failed, "write the ledger", "disk full");
    trial.ledger.emplace_back(type_of(body));
    if (const auto* end = std::get_if<StageFinished>(&body)) trial.ended.insert(end->stage);
    return {static_cast<std::int64_t>(trial.ledger.size()), run, at, body};
  }
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
};
struct Lock final : RunLock {
  explicit Lock(Trial& t) : trial(t) {}
  Trial& trial;
  Task<std::optional<std::string>> acquire(std::stop_token) override { co_return trial.lock_holder; }
  Task<bool> held(std::stop_token) override {
    const bool upgrading = std::ranges::find(trial.ran, "upgrade") != trial.ran.end();
    co_return !trial.lock_is_lost && !(trial.upgrade_loses_lock && upgrading);
  }
  void release() override {}
};
struct Eyes final : Observer {
  explicit Eyes(Trial& t) : trial(t) {}
  Trial& trial;
  void on_event(const Run&, const Event&) override {}
  void on_progress(std::string_view, std::string_view) override {}
  void on_notice(std::string_view text) override { trial.notices.emplace_back(text); }
};

}  // namespace

std::vector<const StageKind*> kinds() {
  return {&preflight,    &backup,  &review,     &point,   &keeping_point, &stopping,
          &moving_point, &upgrade, &post_check, &restart, &journal,       &command};
}

Policy policy(const std::vector<std::string>& pipeline) {
  Policy policy;
  policy.app = "bot";
  int line = 10;
  for (const std::string& kind : pipeline) policy.pipeline.push_back({kind, kind, std::nullopt, {}, {line++, 5}});
  return policy;
}

Run Trial::run() {
  current = this;
  boost::asio::io_context io;
  TestClock clock(io);
  NoCommands commands;
  NoDatabases databases;
  Units units(*this);
  NoJournal journals;
  NoHost host;
  NoNetwork network;
  Memory memory(*this);
  Lock lock(*this);
  Eyes eyes(*this);
  Ports ports{commands, databases, units, journals, host, clock, network};
  Application application{.policy = policy(pipeline)};
  application.policy.on_failure = on_failure;
  const auto all = kinds();
  Plan plan = std::get<Plan>(make_plan(application.policy, all));
  if (script.contains("deadline")) plan.stages.front().timeout = 1ms;
  RunCreated request{.app = "bot", .verb = verb, .target = "head"};
  for (const PlannedStage& stage : plan.stages) request.stages.push_back(stage.name);
  Execution execution{.plan = plan,
                      .application = application,
                      .ports = ports,
                      .ledger = memory,
                      .lock = lock,
                      .interrupt = interrupt,
                      .observer = eyes,
                      .run_id = "r1",
                      .request = request,
                      .outputs = outputs,
                      .finishes = finishes,
                      .resumption = resumption,
                      .new_run_id = [] { return std::string("r2"); }};
  Run result;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, execute(std::move(execution)), [&](std::exception_ptr error, Run run) {
    failure = error;
    result = std::move(run);
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

Outcome passed(std::vector<Evidence> evidence) {
  return {Verdict::passed, "fine", {}, std::move(evidence), {}};
}
Outcome failed(std::string summary) {
  return {Verdict::failed, std::move(summary), {}, {}, {}};
}

Evidence pending(std::vector<std::string> revisions) {
  const Json to = revisions.empty() ? Json::array({"002"}) : Json::array({revisions.back()});
  return {std::string(evidence::migration_pending),
          Json::object({{"from", Json::array({"002"})}, {"to", to}, {"revisions", Json::of(revisions)}})};
}

}  // namespace orchestrate::fake
