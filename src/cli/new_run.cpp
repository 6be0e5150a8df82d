#include "cli/new_run.hpp"

#include <fmt/format.h>

#include "cli/acting.hpp"
#include "cli/by_daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/way_back.hpp"
#include "engine/conclude.hpp"
#include "engine/newest_upgrade.hpp"
#include "engine/phase.hpp"
#include "engine/recovery.hpp"
#include "ledger/run_id.hpp"

namespace orchestrate::cli {
namespace {

std::optional<std::string> without_its_end(const Ledger& ledger) {
  if (const auto died = ledger.unfinished()) return died;
  const auto newest = newest_upgrade(ledger);
  if (newest && lacks_its_end(*newest)) return newest->id;
  return std::nullopt;
}

/// A dead run is brought to its end first; it may have to be looked at before anything else happens. Whoever repeats an
/// upgrade that was left half done, as a cron job would, may do twice what committed: a person has to look first. A
/// restart repeats nothing, and asks the gate about it; a rehearsal is on a copy; a restore is what such a person may
/// want.
Task<bool> may_begin(Acting& acting, std::string verb) {
  const auto id = without_its_end(acting.ledger());
  const bool restores = verb == "restore" || verb == "rollback";
  const bool repeats_nothing = restores || verb == "restart" || verb == "rehearse" || verb == "drift";
  if (id) {
    const Run run = co_await acting.recover(*id, Follow::nothing);
    const bool answered_for = repeats_nothing || has_begun_restart(run) || phase_of(run) == Phase::after_upgrade;
    if (run.finished->result == Result::held && !answered_for) co_return false;
  }
  if (repeats_nothing) co_return true;
  const auto newest = newest_upgrade(acting.ledger());
  if (newest && lacks_its_code(*newest)) {
    tell(
        fmt::format("run {} has not brought the code back yet: today's would do again what it undid. Exit 5.\n"
                    "next: {}",
                    newest->id, same_again(*newest)));
    co_return false;
  }
  if (!newest || !is_half_done(*newest)) co_return true;
  tell_half_done(*newest);
  co_return false;
}

/// Its last stages are still to be done.
std::optional<std::string> left_open(const Ledger& ledger) {
  const auto newest = newest_upgrade(ledger);
  const bool forward = newest && newest->direction() == Direction::upgrade;
  if (forward && newest->finished->result == Result::held) return newest->id;
  return std::nullopt;
}

/// A run outside the window is not begun, unless somebody says why it must be.
std::optional<std::string> window_override(Acting& acting, const Arguments& arguments, const std::string& doing) {
  if (arguments.window == WindowRule::overridden) return reason_of(arguments, doing);
  acting.check_window(doing);
  return std::nullopt;
}

Task<int> run_anew(Acting& acting, const Arguments& arguments, RunCreated request) {
  const bool clear = co_await may_begin(acting, request.verb);
  if (!clear) co_return held;
  const std::string& app = acting.session().application().policy.app;
  request.window_override = window_override(acting, arguments, request.verb + " " + app);
  request = acting.complete(std::move(request));
  const std::string id =
      arguments.commission ? arguments.commission->run : new_run_id(acting.session().ports().clock.now());
  std::optional<std::string> open;
  if (request.verb == "apply") open = left_open(acting.ledger());
  std::optional<Resumption> none;
  Run run = co_await acting.execute(id, std::move(request), std::move(open), std::move(none));
  co_return co_await after_its_end(acting, std::move(run));
}

}  // namespace

int new_run(Loaded loaded, const Arguments& arguments, RunCreated request) {
  request.requested_by = asked_by(arguments);
  if (arguments.commission) request.request_id = arguments.commission->request_id;
  tell_who_does(arguments, request.verb, request.app);
  Acting acting(std::move(loaded), arguments, request.verb + " " + arguments.app);
  return acting.session().run(run_anew(acting, arguments, std::move(request)));
}

}  // namespace orchestrate::cli
