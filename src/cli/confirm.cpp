#include <fmt/format.h>

#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/find_run.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/phase.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "replacement/administration.hpp"
#include "replacement/settle.hpp"

namespace orchestrate::cli {
namespace {

Error refusal(const Run& run, std::string why, std::string hint) {
  return {ErrorKind::usage, "confirm run " + run.id, std::move(why), std::move(hint)};
}

void check_may_be_confirmed(const Run& run) {
  if (!run.finished) throw refusal(run, "it is not finished", "wait for its end: orchestrate show " + run.id);
  if (run.finished->result == Result::held && !run.aborted && !run.restores())
    throw refusal(run, "it is held: " + run.finished->summary,
                  "orchestrate resume " + run.id + ", or abort it with --reason");
  if (!has_changed_database(run))
    throw refusal(run, "it did not change the database", "there is nothing to confirm: orchestrate show " + run.id);
}

/// What a restore replaced; nobody can connect to it any more.
Task<int> drop_replaced(Session& session, Run run) {
  const replacement::Replacement names = replacement::replacement_of(run);
  const std::stop_token unstoppable;
  const auto admin = co_await replacement::administer(session.application(), session.ports().databases, unstoppable);
  const bool dropped = co_await replacement::drop_kept(*admin, names, unstoppable);
  if (dropped) write(stderr, fmt::format("database {} is dropped\n", names.kept));
  co_return 0;
}

void tell(const Arguments& arguments, const Run& run, bool anew) {
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(run_json(run)) + "\n");
  else
    write(stdout, "run " + run.id +
                      (anew ? " is confirmed: the backup before it is kept no longer than others\n"
                            : " was confirmed before, " + run.confirmed->requested_by + "\n"));
}

}  // namespace

int confirm(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  Run run = replay(find_run(arguments).events);
  check_may_be_confirmed(run);
  const bool anew = !run.confirmed;
  Session session(load(run.created.policy_file).policy, arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  if (anew) {
    const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                                session.application().policy.app, session.redactor());
    run = orchestrate::apply(std::move(run), ledger->append(run.id, RunConfirmed{by}, session.ports().clock.now()));
  }
  if (run.restores()) session.run(drop_replaced(session, run));
  tell(arguments, run, anew);
  return 0;
}

}  // namespace orchestrate::cli
