#include "cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/version.hpp"
#include "policy/near.hpp"
#include "policy/scalar.hpp"

namespace orchestrate::cli {
namespace {

enum Option : unsigned {
  app = 1,
  optional_app = 2,
  run = 4,
  finding = 8,
  reason = 16,
  target = 32,
  dry_run = 64,
  limit = 128,
  optional_reason = 256,
  force = 512,
  versions = 1024,
  override_window = 2048,
  way_back = 4096,
  rows = 8192,
  gate_of = 16384,
  by_worker = 32768,
  local_or_worker = 65536,
  verification = 262144,
  project = 524288,
  backup_and_name = 1048576,
  run_to_undo = 2097152,
  rule = 4194304,
  stamped = 8388608,
};

struct Verb {
  const char* name;
  const char* purpose;
  unsigned options;
  int (*act)(const Arguments&);
};

constexpr std::array<Verb, 31> verbs = {{
    {"apply", "Take the pending migrations to production, stage by stage",
     app | target | dry_run | override_window | local_or_worker, apply},
    {"plan", "Say what apply would do; writes nothing", app | target, plan},
    {"rehearse", "Restore the newest backup into a throw-away server and run the pending migrations there",
     app | target | local_or_worker, rehearse},
    {"review", "Read version files for red flags; needs no policy, no database and none of the project's packages",
     versions, review},
    {"rules", "List what review looks for; of one rule: why, and how to do it better", rule, rules},
    {"init", "Write an app's policy, unit drop-ins and polkit rules from what is found in its checkout", project, init},
    {"check", "Check a policy file: every problem with file:line:column", app, check},
    {"doctor", "Compare the live host with the policy: project, database, backup, units, gate, rights, clock", app,
     doctor},
    {"schema", "Print the JSON Schema of policy files, for editors", 0, schema},
    {"approve", "Accept one red flag of one revision, by name", app | finding | reason, approve},
    {"status", "Say how the last run of an app ended, or of all apps", optional_app, status},
    {"history", "List an app's runs, newest first", app | limit, history},
    {"show", "Show one run: stages, evidence, findings, what to do next", run, show},
    {"logs", "Print what the children of a run wrote", run, logs},
    {"resume", "Go on with a run that died or was held", run | local_or_worker, resume},
    {"abort", "End a run that died, or answer for what a held one left open", run | optional_reason, abort},
    {"confirm",
     "Be content with what a run changed: its backup, and the database that it replaced, need not be kept any longer",
     run, confirm},
    {"cancel", "Ask a run that is under way to stop", run | force | local_or_worker, cancel},
    {"downgrade", "Go back to an earlier revision: backed up first, graded, and confirmed",
     app | way_back | dry_run | override_window | local_or_worker, downgrade},
    {"restore", "Bring a backup back: into a new database, which then takes the name; the old one is kept, closed",
     app | backup_and_name | dry_run | local_or_worker, restore},
    {"rollback", "Undo a run: the backup that it rested on comes back, and the code that ran before it",
     run_to_undo | dry_run | local_or_worker, rollback},
    {"gate", "May the service start? 0: yes, 20: no; for ExecStartPre= of units", optional_app | gate_of, gate},
    {"restart", "Ask the gate, then restart the services and watch them", app | local_or_worker, restart},
    {"stamp", "Put the version table right, where the schema agrees; runs no migration",
     app | rows | reason | dry_run | local_or_worker, stamp},
    {"adopt", "Begin with a database that has no version table: prove that its schema is a revision's, then stamp it",
     app | stamped | local_or_worker, adopt},
    {"drift", "Compare production's schema with what the migrations, and the project's models, make",
     app | local_or_worker, drift},
    {"backups", "List what backups there are: how far each is proven, its age, size and revision", app, backups},
    {"expire", "Remove the dumps that the policy no longer keeps, as a run does after a new one is proven",
     app | dry_run, expire},
    {"verify-backup", "Prove again, outside any run, the backup that an upgrade would rest on", app | verification,
     verify_backup},
    {"worker", "What orchestrate-worker@.service runs: the request of orchestrated", app | by_worker, worker},
    {"revisions", "List the chain of revisions: what is applied, what is pending", app, revisions},
}};

void add_review_options(CLI::App& command, Arguments& arguments) {
  auto* what = command.add_option_group("input");
  what->add_option("--versions", arguments.versions, "Directory of version files; may be given again");
  auto* sql = what->add_option("--sql", arguments.sql,
                               "File of SQL as psql would run it; may be given again; - is standard input");
  what->require_option(1);
  command
      .add_option("--schema", arguments.schema, "What pg_dump --schema-only wrote of the database that --sql is for")
      ->needs(sql);
  command.add_option("--from", arguments.from, "Review what comes after this revision instead of all");
  command.add_option("--target", arguments.target, "Review up to this revision instead of head");
  static const std::map<std::string, Format> formats = {{"text", Format::text},
                                                        {"json", Format::json},
                                                        {"github", Format::github},
                                                        {"sarif", Format::sarif},
                                                        {"markdown", Format::markdown}};
  const auto take_format = [&](const std::string& word) { arguments.format = formats.at(word); };
  command
      .add_option_function<std::string>("--format", take_format,
                                        "text, json, github: annotations of a pull request, markdown: a comment on "
                                        "it, or sarif: for code scanning")
      ->check(CLI::IsMember({"text", "json", "github", "sarif", "markdown"}));
}

void add_way_back(CLI::App& command, Arguments& arguments) {
  command.add_option("REV", arguments.target, "An applied revision, -N for N steps, or base")->required();
  command.add_option("--confirm", arguments.confirmed, "The grade of the way back, which a run without this tells")
      ->check(CLI::IsMember({"keeps-data", "loses-data", "partial-commit", "unproven"}));
}

void add_restore(CLI::App& command, unsigned options, Arguments& arguments) {
  if (options & backup_and_name)
    command.add_option("BACKUP", arguments.backup, "Its name as `backups` prints it, the run that took it, or a path")
        ->required();
  if (options & run_to_undo) {
    command.add_option("RUN", arguments.target, "A run's id, as `history` prints it")->required();
    command.add_option("--code", arguments.code,
                       "The commit to check out, instead of the one that ran before; `keep` leaves the checkout alone");
  }
  command.add_option("--confirm", arguments.confirmed,
                     "The database's name: what was written since the backup, which a run without this tells, may go");
}

/// A duration as policies write it.
std::chrono::milliseconds duration_of(const std::string& text) {
  return std::get<std::chrono::milliseconds>(scalar_form(ValueType::duration).value(text));
}

void add_gate(CLI::App& command, Arguments& arguments) {
  const ScalarForm& form = scalar_form(ValueType::duration);
  const CLI::Validator is_duration(
      [&form](const std::string& text) {
        return matches(form.pattern, text) ? "" : "not " + std::string(form.expects);
      },
      "DURATION");
  command.add_option("--unit", arguments.unit, "The unit that wants to start, instead of an app");
  command
      .add_option_function<std::string>(
          "--timeout", [&](const std::string& text) { arguments.timeout = duration_of(text); },
          "How long to wait for an answer; 15s by default")
      ->check(is_duration);
  CLI::Option* reason = command.add_option("--reason", arguments.reason, "Why; kept in the ledger");
  CLI::Option* open = command.add_option_function<std::string>(
      "--open-for",
      [&](const std::string& text) {
        arguments.opens_gate = true;
        arguments.open_for = duration_of(text);
      },
      "Let services start for so long, whatever the schema is; 0 ends that");
  open->check(is_duration)->needs(reason);
  reason->needs(open);
}

void add_project(CLI::App& command, Arguments& arguments) {
  command.add_option("DIR", arguments.directory, "The project's checkout")->required();
  command.add_option("--app", arguments.app, "The app's name, instead of its unit's or its directory's");
  command.add_option("--unit", arguments.units, "A unit that uses the database; may be given again")
      ->allow_extra_args(false);
  command.add_option("--user", arguments.user, "The unprivileged user of the application");
  command.add_option("--gate", arguments.gated, "A unit that is to start only on a migrated schema");
  CLI::Option* write = command.add_flag_callback(
      "--write", [&] { arguments.writing = Writing::written; }, "Write what is shown otherwise");
  command
      .add_flag_callback(
          "--diff", [&] { arguments.writing = Writing::shown; },
          "Show what would be written against what is there; the default")
      ->excludes(write);
}

void add_verification(CLI::App& command, Arguments& arguments) {
  CLI::Option* file = command.add_option("FILE", arguments.file, "A dump that `backups` lists, instead of the newest");
  command.add_option("--level", arguments.level, "How far, instead of what the policy says")
      ->check(CLI::IsMember({"intact", "restored", "matched"}));
  CLI::Option* rotate = command.add_flag_callback(
      "--rotate", [&] { arguments.which = Which::rotated; }, "After the newest also the one whose proof is the oldest");
  CLI::Option* all =
      command.add_flag_callback("--all", [&] { arguments.which = Which::all; }, "After the newest also all others");
  rotate->excludes(file)->excludes(all);
  all->excludes(file);
  command.add_option("--metrics", arguments.metrics, "Directory of node_exporter's textfile collector to write into");
  command.add_flag_callback(
      "--quiet", [&] { arguments.volume = Volume::quiet; }, "Say nothing about a good backup; for cron");
}

void add_options(CLI::App& command, unsigned options, Arguments& arguments) {
  if (options & app)
    command.add_option("APP", arguments.app, "An app's name, or the path of a policy file")->required();
  if (options & optional_app) command.add_option("APP", arguments.app, "An app's name, or the path of a policy file");
  if (options & run) command.add_option("RUN", arguments.run, "A run's id, as `history` prints it")->required();
  if (options & finding)
    command.add_option("FINDING", arguments.finding, "REVISION:RULE:OBJECT, as review prints it")->required();
  if (options & rule) command.add_option("RULE", arguments.rule, "A rule's id, as review prints it");
  if (options & reason)
    command.add_option("--reason", arguments.reason, "Why it is right; kept in the ledger")->required();
  if (options & optional_reason)
    command.add_option("--reason", arguments.reason, "What was done about it; kept in the ledger");
  if (options & force)
    command.add_flag_callback(
        "--force", [&] { arguments.manner = Manner::by_force; }, "Also end an upgrade that is running");
  if (options & target)
    command.add_option("--target", arguments.target, "Upgrade to this revision instead of the policy's target");
  if (options & rows)
    command.add_option("REV", arguments.revisions, "Every revision that the table is to hold, or base")->required();
  if (options & stamped)
    command.add_option("--stamp", arguments.target, "The revision whose schema the database has")->required();
  if (options & gate_of) add_gate(command, arguments);
  if (options & project) add_project(command, arguments);
  if (options & way_back) add_way_back(command, arguments);
  if (options & (backup_and_name | run_to_undo)) add_restore(command, options, arguments);
  if (options & dry_run)
    command.add_flag_callback(
        "--dry-run", [&] { arguments.mode = Mode::dry_run; }, "Make the checks only; writes nothing");
  if (options & override_window) {
    CLI::Option* why = command.add_option("--reason", arguments.reason, "Why the window does not count this time");
    CLI::Option* anyway = command.add_flag_callback(
        "--override-window", [&] { arguments.window = WindowRule::overridden; },
        "Upgrade outside the policy's window; kept in the ledger with its reason");
    anyway->needs(why);
    why->needs(anyway);
  }
  if (options & verification) add_verification(command, arguments);
  if (options & by_worker)
    command.add_flag_callback(
        "--cancel", [&] { arguments.cancels = true; }, "Ask the run that is under way to stop, as the request says");
  if (options & local_or_worker)
    command.add_flag_callback(
        "--local", [&] { arguments.doer = Doer::us; }, "In this process, not by a worker of orchestrated");
  if (options & versions) add_review_options(command, arguments);
  if (options & limit) command.add_option("--limit", arguments.limit, "How many runs")->check(CLI::PositiveNumber);
  command.add_option("--state", arguments.state, "Directory that holds a directory of state for each app");
  command.add_flag_callback("--json", [&] { arguments.format = Format::json; }, "Print JSON on stdout");
}

/// CLI11 itself would only say that a subcommand is required.
void check_verb(std::string_view typed) {
  if (typed.empty() || typed.starts_with('-') || std::ranges::find(verbs, typed, &Verb::name) != verbs.end()) return;
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs)
    if (!(verb.options & by_worker)) names.emplace_back(verb.name);
  const std::string_view near = nearest(typed, names);
  throw Error(ErrorKind::usage, "find the command " + std::string(typed), "there is none of that name",
              near.empty() ? "orchestrate --help lists them" : fmt::format("did you mean: orchestrate {}", near));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App program("Takes an Alembic migration of a PostgreSQL application to production safely.", "orchestrate");
  program.set_version_flag("--version", std::string(version));
  program.require_subcommand(1);
  Arguments arguments;
  int (*act)(const Arguments&) = nullptr;
  const std::string_view typed = argc > 1 ? argv[1] : "";
  for (const Verb& verb : verbs) {
    CLI::App* command = program.add_subcommand(verb.name, verb.purpose);
    if (verb.options & by_worker) command->group("");  // not for people
    // A verb comes first; making the options of all others would only cost a gate time.
    if (typed == verb.name) add_options(*command, verb.options, arguments);
    command->callback([&act, &verb] { act = verb.act; });
  }
  check_verb(typed);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  return act(arguments);
}

}  // namespace orchestrate::cli
