#include "stages/upgrade.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "schema/backends.hpp"
#include "schema/state.hpp"
#include "stages/changed_since_review.hpp"
#include "stages/command_report.hpp"
#include "stages/database_session.hpp"
#include "stages/migration_limits.hpp"
#include "stages/migration_watch.hpp"
#include "stages/project_command.hpp"
#include "stages/stamp_doubt.hpp"
#include "stages/starting_point.hpp"
#include "stages/upgrade_record.hpp"
#include "window/window.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto backends_patience = 60s;  // a killed client's transaction can still commit or roll back

struct UpgradeSettings {
  MigrationLimits limits;
  std::int64_t retries;
};

constexpr const char* something_changed = "something changed since it was reviewed";

bool lock_timed_out(const Exit& exit) {
  return exit.err.find("LockNotAvailable") != std::string::npos || exit.err.find("55P03") != std::string::npos ||
         exit.err.find("canceling statement due to lock timeout") != std::string::npos;
}

/// Whether the attempt may be made again: nothing is left of it, and all that stood in its way was a lock.
bool worth_another_attempt(const Exit& exit, const std::optional<Cancelled>& cancelled, const Outcome& outcome) {
  const bool for_a_lock = cancelled ? cancelled->limit == Cancelled::Limit::lock : lock_timed_out(exit);
  return for_a_lock &&
         std::ranges::find(outcome.evidence, evidence::database_unchanged, &Evidence::name) != outcome.evidence.end();
}

/// Its backend does not notice that its client is gone before its statement has ended.
bool ended_by_us(const Exit& exit) {
  return exit.cause != Exit::Cause::exited;
}

/// False when the run was stopped before the time was over.
Task<bool> waited(StageContext& context, std::chrono::seconds pause) {
  try {
    co_await context.ports.clock.sleep(pause, context.stop);
    co_return true;
  } catch (const Error&) {
    co_return false;
  }
}

/// Asked again here, since a backup or a red flag's approval may have taken until after its end.
std::optional<std::string> window_closed(const StageContext& context) {
  if (context.run.created.window_override) return std::nullopt;
  return closed(context.application.policy.window, context.ports.clock.now());
}

class Upgrade final : public Stage {
 public:
  explicit Upgrade(UpgradeSettings settings) : settings_(settings) {}

  std::string describe() const override {
    return fmt::format("run the project's command, waiting at most {} s for a lock, {} retries",
                       std::chrono::duration<double>(settings_.limits.lock).count(), settings_.retries);
  }

  Task<Outcome> run(StageContext& context) const override {
    const Before before = co_await read_before(context);
    if (before.other)
      co_return Outcome{Verdict::failed, "somebody else works on the migrations: " + *before.other, {}, {}, {}};
    if (!before.changes.empty()) co_return Outcome{Verdict::failed, something_changed, before.changes, {}, {}};
    MigrationWatch watch(context, limits_for(context));
    UpgradeRecord record(context);
    co_await watch.begin();
    co_await record.begin();
    if (context.stop.stop_requested()) co_return Outcome{Verdict::failed, "stopped before it began", {}, {}, {}};
    if (const auto why = window_closed(context)) {
      context.record(fact::window_closed, *why);
      co_return Outcome{Verdict::failed, *why, {}, {}, {}};
    }
    context.record(fact::database_before, to_json(before.point));
    for (std::int64_t attempt = 1;; ++attempt) {
      context.progress(attempt == 1 ? "running" : fmt::format("attempt {} of {}", attempt, settings_.retries + 1));
      Command command = upgrade_command(context);
      const Exit exit = co_await watch.run(std::move(command));
      Outcome outcome;
      if (exit.ok())
        outcome = co_await succeeded(context, before, exit, attempt);
      else
        outcome = co_await failed(context, before, exit, watch);
      watch.tell_hindered(outcome);
      if (exit.ok()) {
        co_await record.tell(outcome);
        co_return outcome;
      }
      const bool again = worth_another_attempt(exit, watch.cancelled(), outcome) && attempt <= settings_.retries;
      if (!again || context.stop.stop_requested() || context.asked.stop_requested()) co_return outcome;
      context.progress("a lock was not to be had; trying again");
      const std::chrono::seconds pause(1 << std::min<std::int64_t>(attempt - 1, 5));
      if (!co_await waited(context, pause)) co_return outcome;
      if (const auto why = window_closed(context)) {
        outcome.details.push_back("no further attempt: " + *why);
        co_return outcome;
      }
      if (auto changes = changed_code(context); !changes.empty()) {
        outcome.summary = something_changed;
        outcome.details = std::move(changes);
        co_return outcome;
      }
      co_await watch.begin();
      co_await record.begin();
      if (context.stop.stop_requested()) co_return outcome;
    }
  }

 private:
  struct Before {
    StartingPoint point;
    std::vector<std::string> changes;
    std::optional<std::string> other;  ///< who works on the migrations; then nothing else was asked
  };

  /// Our lock may have been lost and taken by another run, and whoever types the upgrade by hand takes no lock at all.
  Task<std::optional<std::string>> others(StageContext& context, Database& database) const {
    const bool for_ever = settings_.limits.lock == 0ms;
    const std::chrono::milliseconds patience = for_ever ? std::chrono::milliseconds(24h) : settings_.limits.lock;
    co_return co_await others_at_work(database, context.ports.clock,
                                      context.application.policy.migrations.version_table, patience, context.stop);
  }

  Task<Before> read_before(StageContext& context) const {
    const auto database = co_await open_session(context, context.stop);
    Before before;
    before.other = co_await others(context, *database);
    if (before.other) co_return before;
    before.point = co_await read_starting_point(context, *database);
    before.changes = changed_since_review(context, before.point.state, before.point.identity);
    co_return before;
  }

  static Argv migration_argv(const StageContext& context) {
    const Policy& policy = context.application.policy;
    if (context.run.direction() == Direction::upgrade) return upgrade_argv(policy, context.target);
    if (auto argv = downgrade_argv(policy, context.target)) return std::move(*argv);
    throw Error(ErrorKind::policy, "downgrade to " + context.target, "the policy does not say how",
                "add migrations.downgrade with {target} where the revision stands");
  }

  Command upgrade_command(const StageContext& context) const {
    Command command = project_command(context.application, migration_argv(context));
    set_variable(command.environment, "PGAPPNAME", migration_application_name(context.run.id));
    impose(limits_for(context), context.application, command.environment);
    command.timeout = std::chrono::hours(24);  // the stage's own deadline is the limit
    command.log = context.output;
    command.holds_lock = true;
    return command;
  }

  /// CREATE INDEX CONCURRENTLY and VALIDATE break under limits and leave an INVALID index behind. Also when their
  /// client is dead they are better brought to their end.
  MigrationLimits limits_for(const StageContext& context) const {
    const Json& unlimited = context.run.evidence(evidence::review_passed)["unlimited"];
    if (unlimited.is_bool() && unlimited.as_bool()) return {};
    MigrationLimits limits = settings_.limits;
    constexpr int first_with_client_check = 140000;
    const Json& server = context.run.evidence(evidence::preflight_passed)["database"];
    if (server["server_version"].as_integer() >= first_with_client_check) limits.client_check = 1s;
    return limits;
  }

  /// A stop that comes now is too late.
  static Task<Outcome> succeeded(StageContext& context, const Before& before, const Exit& exit, std::int64_t attempt) {
    const std::stop_token unstoppable;
    const auto database = co_await open_session(context, unstoppable);
    const auto versions =
        co_await version_rows(*database, context.application.policy.migrations.version_table, unstoppable);
    const auto from = rows_of(before.point.state);
    const auto to = versions.value_or(std::vector<std::string>{});
    if (to == from) co_return co_await did_nothing(context, before, *database);
    Outcome outcome;
    outcome.verdict = Verdict::passed;
    outcome.summary = revisions_text(from) + " -> " + revisions_text(to);
    if (attempt > 1) outcome.summary += fmt::format(", at attempt {}", attempt);
    Json facts = Json::object({{"from", Json::of(from)}, {"to", Json::of(to)}});
    facts.set("files", context.run.applied_files());
    outcome.evidence.push_back({std::string(evidence::upgrade_done), std::move(facts)});
    if (!exit.trouble.empty()) outcome.details.push_back(exit.trouble);
    co_return outcome;
  }

  /// The command is not the upgrade: a make target without a recipe, a script that swallows the failure.
  static Task<Outcome> did_nothing(StageContext& context, const Before& before, Database& database) {
    Outcome outcome{Verdict::failed, "the command exited with 0, and the version rows are where they were", {}, {}, {}};
    outcome.details.push_back("fix: see what it did with: orchestrate logs " + context.run.id);
    co_await tell_aftermath(context, before.point, database, outcome);
    co_return outcome;
  }

  /// The truth after a failure is what the database says, once nothing of the run works in it any more. A stop that
  /// ended the upgrade must not end this question, so it has deadlines of its own.
  static Task<Outcome> failed(StageContext& context, const Before& before, const Exit& exit, MigrationWatch& watch) {
    const std::string name(to_string(context.run.direction()));
    Outcome outcome = failed_command(name, exit, context.output);
    if (watch.cancelled()) outcome.summary = name + ": it " + watch.cancelled()->why + ", and was cancelled";
    const std::stop_token unstoppable;
    try {
      const auto database = co_await open_session(context, unstoppable);
      const std::string migration = migration_application_name(context.run.id);
      if (ended_by_us(exit)) co_await cancel_backends(*database, migration);
      if (ended_by_us(exit)) co_await watch.cancel_all(*database);
      co_await wait_for_backends(*database, context.ports.clock, migration,
                                 context.application.policy.migrations.version_table, backends_patience);
      co_await tell_aftermath(context, before.point, *database, outcome);
      doubt_the_stamp(exit, context.application.policy, outcome);
    } catch (const Error& error) {
      not_judged(error, outcome);
    }
    co_return outcome;
  }

  UpgradeSettings settings_;
};

constexpr std::array<Key, 4> keys = {{
    {.name = "target", .type = ValueType::text, .fallback = "head", .purpose = "The revision to upgrade to."},
    {.name = "lock_timeout",
     .type = ValueType::duration,
     .fallback = "5s",
     .purpose = "How long a statement waits for a lock before the attempt is given up; 0 waits for ever."},
    {.name = "statement_timeout",
     .type = ValueType::duration,
     .fallback = "10min",
     .purpose = "How long one statement may run; 0 is no limit."},
    {.name = "retries",
     .type = ValueType::integer,
     .fallback = "3",
     .purpose = "More attempts after a lock timeout, when the whole set rolled back and nothing changed."},
}};
constexpr std::array needs = {evidence::preflight_passed, evidence::backup_intact, evidence::review_passed,
                              evidence::restore_point_recorded};
constexpr std::array provides = {evidence::upgrade_done};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<Upgrade>(
      UpgradeSettings{{spec.settings.duration("lock_timeout"), spec.settings.duration("statement_timeout")},
                      spec.settings.integer("retries")});
}

}  // namespace

const StageKind upgrade_stage = {.name = "upgrade",
                                 .purpose = "Run the pending migrations with the project's own command.",
                                 .keys = keys,
                                 .needs = needs,
                                 .provides = provides,
                                 .effect = always_changes,
                                 .timeout = std::chrono::hours(1),
                                 .bind = bind};

}  // namespace orchestrate
