#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/lone_context.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/attempt.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "stages/verify_backup.hpp"

namespace orchestrate::cli {
namespace {

const StageSpec& backup_of(const Policy& policy) {
  if (const StageSpec* spec = policy.stage_of_kind("backup")) return *spec;
  throw Error(ErrorKind::usage, "verify the backup of " + policy.app, "its pipeline has no backup stage",
              "add one to " + policy.file.string());
}

/// All that was proven, as one: what a restore adds stands beside what the file itself told.
Json proof_in(const Outcome& outcome) {
  Json proof;
  for (const Evidence& evidence : outcome.evidence) {
    if (proof == Json()) proof = Json::object();
    for (const auto& [name, value] : evidence.facts.as_object()) proof.set(name, value);
    proof.set("level", evidence.name.substr(evidence.name.find('.') + 1));
  }
  return proof;
}

void tell_outcome(const Arguments& arguments, const std::string& app, const Outcome& outcome) {
  const bool good = outcome.verdict == Verdict::passed;
  if (arguments.format == Format::json) {
    const Json proof = proof_in(outcome);
    write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version},
                                               {"app", app},
                                               {"good", good},
                                               {"summary", outcome.summary},
                                               {"details", Json::of(outcome.details)},
                                               {"proof", proof}})) +
                      "\n");
  } else if (good) {
    if (arguments.volume == Volume::normal) write(stdout, fmt::format("{}: {}\n", app, outcome.summary));
  } else {
    const std::string more = fmt::format("{}", fmt::join(outcome.details, "; "));
    write(stderr, fmt::format("{}: backup not good: {}{}{}\n", app, outcome.summary, more.empty() ? "" : "; ", more));
  }
}

Task<int> verify(Session& session, const Arguments& arguments, Ledger& ledger, std::string by) {
  const Policy& policy = session.application().policy;
  const auto stage = verification_of(backup_of(policy), policy);
  LoneContext around;
  StageContext context = around.of(session);
  const Outcome outcome = co_await attempt(stage->run(context));
  BackupVerification entry{.at = session.ports().clock.now(), .summary = outcome.summary, .by = by, .proof = {}};
  entry.proof = proof_in(outcome);
  ledger.note_verification(entry);
  tell_outcome(arguments, policy.app, outcome);
  if (outcome.verdict == Verdict::passed) co_return 0;
  co_return 1;
}

}  // namespace

int verify_backup(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                              session.application().policy.app, session.redactor());
  return session.run(verify(session, arguments, *ledger, by));
}

}  // namespace orchestrate::cli
