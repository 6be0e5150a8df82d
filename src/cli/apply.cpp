#include "cli/acting.hpp"
#include "cli/exit_code.hpp"
#include "cli/verbs.hpp"
#include "cli/version.hpp"
#include "engine/conclude.hpp"
#include "ledger/run_id.hpp"

namespace orchestrate::cli {
namespace {

/// The newest run that began an upgrade and was left before its last stages, when none since brought them to their end.
std::optional<std::string> left_open(const Ledger& ledger) {
  constexpr std::size_t far_enough = 100;
  for (const std::string& id : ledger.runs(far_enough)) {
    const Run run = replay(ledger.events(id));
    if (!run.finished || run.aborted || phase_of(run) == Phase::before_upgrade) continue;
    if (run.finished->result == Result::held) return id;
    if (run.finished->result == Result::succeeded) return std::nullopt;
  }
  return std::nullopt;
}

/// A dead run is brought to its end first; not when an operator must look before anything else happens.
Task<bool> may_begin(Acting& acting) {
  const auto id = acting.ledger().unfinished();
  if (!id) co_return true;
  const Run run = co_await acting.recover(*id);
  co_return run.finished->result != Result::held || phase_of(run) == Phase::after_upgrade;
}

Task<int> run_anew(Acting& acting, const Arguments& arguments, std::string asked_by) {
  const bool clear = co_await may_begin(acting);
  if (!clear) co_return held;
  const Policy& policy = acting.session().application().policy;
  RunCreated request{.app = policy.app, .verb = "apply", .target = target_of(arguments, policy)};
  request.requested_by = asked_by;
  request.host = acting.session().ports().host.name();
  request.version = version;
  request.policy_file = policy.file;
  request.policy_sha256 = policy.sha256;
  for (const PlannedStage& stage : acting.plan().stages) request.stages.push_back(stage.name);
  const std::string id = new_run_id(acting.session().ports().clock.now());
  auto open = left_open(acting.ledger());
  std::optional<Resumption> none;
  const Run run = co_await acting.execute(id, std::move(request), std::move(open), std::move(none));
  co_return run.finished->exit_code;
}

}  // namespace

int apply(const Arguments& arguments) {
  if (arguments.mode == Mode::dry_run) return cli::plan(arguments);
  const std::string asked_by = caller();
  Acting acting(load(policy_file(arguments.app)), arguments, "apply " + arguments.app);
  return acting.session().run(run_anew(acting, arguments, asked_by));
}

}  // namespace orchestrate::cli
