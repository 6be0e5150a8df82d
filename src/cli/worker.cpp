#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/acting.hpp"
#include "cli/find_run.hpp"
#include "cli/place.hpp"
#include "cli/requested.hpp"
#include "cli/resume.hpp"
#include "cli/verbs.hpp"
#include "cli/way_back.hpp"
#include "cli/worker_words.hpp"
#include "engine/on_failure.hpp"
#include "engine/phase.hpp"
#include "engine/recovery.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/version.hpp"
#include "replacement/administration.hpp"
#include "request/request_file.hpp"
#include "request/verbs.hpp"
#include "system/notify.hpp"
#include "system/user.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto database_patience = 30s;
constexpr auto look_interval = 500ms;

uid_t daemons_uid() {
  const auto daemon = system::find_account("orchestrate");
  if (!daemon)
    throw Error(ErrorKind::denied, "find out who may ask", "there is no user orchestrate",
                "its package makes it: man orchestrated");
  return daemon->uid;
}

/// The database of a restore may be closed, by us: its server is asked then.
Task<> ask_for_an_answer(Session& session, const Run& run) {
  const std::stop_token unstoppable;
  const SessionOptions options{.application_name = "orchestrate recovery"};
  if (run.restores())
    co_await replacement::administer(session.application(), session.ports().databases, unstoppable);
  else
    co_await session.ports().databases.connect(session.application().for_sessions(), options, unstoppable);
}

/// After a boot the database is still starting. Throws Error (`unreachable`) when it takes too long.
Task<> wait_for_database(Session& session, const Run& run) {
  const std::stop_token unstoppable;
  Ports& ports = session.ports();
  for (const auto until = ports.clock.boot() + database_patience;;) {
    try {
      co_await ask_for_an_answer(session, run);
      co_return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unreachable || ports.clock.boot() >= until) throw;
    }
    co_await ports.clock.sleep(look_interval, unstoppable);
  }
}

/// Judges a run whose worker died, and does what is left where its upgrade is done: post-check, restart, journal.
Task<int> bring_to_its_end(Acting& acting, const Arguments& arguments) {
  const std::string id = arguments.run;
  const auto& commission = *arguments.commission;
  const Run died = replay(acting.ledger().events(id));
  co_await wait_for_database(acting.session(), died);
  const auto unfinished = acting.ledger().unfinished();
  if (unfinished == id)
    acting.ledger().append(id, RecoveryStarted{commission.unit, std::string(version)},
                           acting.session().ports().clock.now());
  system::notify("READY=1");
  if (unfinished != id) co_return 0;  // somebody else has done it
  Run run = co_await acting.judge(id);
  if (is_half_done(run) || goes_back(run)) {
    run = co_await acting.answer(std::move(run));
    co_return co_await after_its_end(acting, std::move(run));
  }
  const bool is_left_open = run.finished->result == Result::held && phase_of(run) == Phase::after_upgrade;
  if (is_left_open) co_return co_await go_on(acting, std::move(run), commission.by);
  acting.ledger().append(id, *run.finished, acting.session().ports().clock.now());
  co_return run.finished->exit_code;
}

int recover(const Arguments& arguments) {
  const Run run = replay(find_run(arguments).events);
  Acting acting(policy_of(run, arguments), arguments, "recover " + run.id);
  return acting.session().run(bring_to_its_end(acting, arguments));
}

struct Verb {
  std::string_view name;
  int (*act)(const Arguments&);
};
constexpr std::array verbs = {Verb{"apply", apply},     Verb{"downgrade", downgrade}, Verb{"stamp", stamp},
                              Verb{"restart", restart}, Verb{"rehearse", rehearse},   Verb{"adopt", adopt},
                              Verb{"drift", drift},     Verb{"restore", restore},     Verb{"rollback", rollback},
                              Verb{"resume", resume},   Verb{"recover", recover},     Verb{"cancel", cancel}};

int do_request(const Arguments& arguments) {
  check_app_name(arguments.app);
  const RequestFile kind = arguments.cancels ? RequestFile::to_cancel : RequestFile::to_act;
  const Request request = read_request(request_file(requests_directory, arguments.app, kind), daemons_uid());
  const auto verb = std::ranges::find(verbs, request.verb, &Verb::name);
  if (request.app != arguments.app || verb == verbs.end())
    throw Error(ErrorKind::denied, "do what orchestrated asks", "its request is for another app, or of another version",
                "restart it after an upgrade: systemctl restart orchestrated");
  if (kind == RequestFile::to_act) begin_words(state_directory(request.app, Arguments()), request.run);
  return verb->act(arguments_of(request));
}

}  // namespace

int worker(const Arguments& arguments) {
  try {
    return do_request(arguments);
  } catch (const Error& error) {
    say(error.what());
    throw;
  }
}

}  // namespace orchestrate::cli
