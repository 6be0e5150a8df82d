#include "cli/acting.hpp"
#include "cli/find_run.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/recovery.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "render/result.hpp"

namespace orchestrate::cli {
namespace {

Error refusal(const Run& run, std::string why, std::string hint) {
  return {ErrorKind::usage, "abort run " + run.id, std::move(why), std::move(hint)};
}

Task<int> give_up(Acting& acting, const Arguments& arguments, std::string asked_by) {
  Run run = replay(acting.ledger().events(arguments.run));
  if (lacks_its_end(run)) run = co_await acting.recover(run.id, Follow::nothing);
  if (run.aborted) throw refusal(run, "it was aborted before", "look: orchestrate show " + run.id);
  const bool is_held = run.finished->result == Result::held;
  if (is_held && arguments.reason.empty())
    throw refusal(run, "it is held: " + run.finished->summary, "say with --reason what you did about it");
  if (is_held)
    run = orchestrate::apply(std::move(run), acting.ledger().append(run.id, RunAborted{asked_by, arguments.reason},
                                                                    acting.session().ports().clock.now()));
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(run_json(run)) + "\n");
  else
    write(stdout,
          "run " + run.id +
              (is_held ? " is aborted: nothing finishes what it left open\n" : " has ended and left nothing open\n"));
  co_return 0;
}

}  // namespace

int abort(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  const Run run = replay(find_run(arguments).events);
  Acting acting(load(run.created.policy_file), arguments, "abort " + run.id);
  return acting.session().run(give_up(acting, arguments, by));
}

}  // namespace orchestrate::cli
