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

namespace orchestrate::cli {
namespace {

Error refusal(const Run& run, std::string why, std::string hint) {
  return {ErrorKind::usage, "confirm run " + run.id, std::move(why), std::move(hint)};
}

void check_may_be_confirmed(const Run& run) {
  if (!run.finished) throw refusal(run, "it is not finished", "wait for its end: orchestrate show " + run.id);
  if (run.finished->result == Result::held && !run.aborted)
    throw refusal(run, "it is held: " + run.finished->summary,
                  "orchestrate resume " + run.id + ", or abort it with --reason");
  if (!has_changed_database(run))
    throw refusal(run, "it did not change the database", "there is nothing to confirm: orchestrate show " + run.id);
}

}  // namespace

int confirm(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  Run run = replay(find_run(arguments).events);
  check_may_be_confirmed(run);
  const bool anew = !run.confirmed;
  if (anew) {
    Session session(load(run.created.policy_file).policy, arguments, Reach::project, State::made);
    session.make_commands(std::nullopt);
    const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                                session.application().policy.app, session.redactor());
    run = orchestrate::apply(std::move(run), ledger->append(run.id, RunConfirmed{by}, session.ports().clock.now()));
  }
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(run_json(run)) + "\n");
  else
    write(stdout, "run " + run.id +
                      (anew ? " is confirmed: the backup before it is kept no longer than others\n"
                            : " was confirmed before, " + run.confirmed->requested_by + "\n"));
  return 0;
}

}  // namespace orchestrate::cli
