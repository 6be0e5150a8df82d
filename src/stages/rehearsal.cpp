#include "stages/rehearsal.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "rehearsal/judgement.hpp"
#include "rehearsal/rehearse.hpp"
#include "rehearsal/telling.hpp"
#include "review/material.hpp"
#include "stages/command_report.hpp"
#include "stages/project_command.hpp"
#include "stages/rehearsal_place.hpp"
#include "stages/review.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using rehearsal::Rehearsed;

struct RehearsalSettings {
  rehearsal::Bounds bounds;
  bool round_trip = true;
  std::chrono::milliseconds limit{0};
  Settings given;  ///< for where it is
};

/// Whether the migration ends where it should: the copy may have been somewhere else.
bool is_there(const Json& pending, const std::vector<std::string>& versions) {
  std::vector<std::string> wanted = pending["to"].as_strings();
  std::ranges::sort(wanted);
  return versions == wanted;
}

class Rehearsal final : public Stage {
 public:
  explicit Rehearsal(RehearsalSettings settings) : settings_(std::move(settings)) {}

  std::string describe() const override {
    return "restore the backup into a throw-away server and run the pending migrations there";
  }

  Task<Outcome> run(StageContext& context) const override {
    const Json& pending = context.run.evidence(evidence::migration_pending);
    if (context.state.empty()) co_return foretold(context);
    rehearsal::Commands commands = commands_of(context, pending);
    rehearsal::Blueprint blueprint = blueprint_of(context);
    auto answer = co_await rehearsal::rehearse(context, std::move(blueprint), std::move(commands));
    if (const auto* refusal = std::get_if<backup::Refusal>(&answer))
      co_return Outcome{.verdict = Verdict::failed, .summary = refusal->why, .details = {"fix: " + refusal->fix}};
    if (const auto* none = std::get_if<rehearsal::NoContact>(&answer)) co_return no_contact(context, none->exit);
    const Rehearsed& done = std::get<Rehearsed>(answer);
    if (!done.exit.ok()) co_return failed(context, done);
    if (!is_there(pending, done.after.versions))
      co_return Outcome{.verdict = Verdict::failed,
                        .summary = "on the copy the command exited with 0, and the version rows are elsewhere",
                        .details = {"fix: see what it did with: orchestrate logs " + context.run.id}};
    co_return co_await judged(context, done);
  }

 private:
  /// A dry run writes nothing: it tells what the last rehearsal of the same files has shown.
  static Outcome foretold(const StageContext& context) {
    Outcome outcome{.verdict = Verdict::passed, .summary = "would restore the backup and migrate the copy"};
    if (!context.rehearsed) return outcome;
    const auto& [facts, at] = *context.rehearsed;
    if (facts["files"] != files_of(context) || facts.text_or("direction") != to_string(context.run.direction())) {
      outcome.summary += "; the last rehearsal was of other files";
      return outcome;
    }
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(context.ports.clock.now() - at);
    outcome.summary = fmt::format("{}, last rehearsed {} ago on a copy from {}", facts.text_or("summary"),
                                  backup::duration_text(ago), facts.text_or("taken_at"));
    return outcome;
  }

  /// Hashes of the pending revisions.
  static Json files_of(const StageContext& context) {
    const RevisionGraph graph = read_revisions(context.application.policy.migrations.versions);
    Json files = Json::object();
    for (const Revision* revision : pending_of(context, graph)) files.set(revision->id, revision->sha256);
    return files;
  }

  rehearsal::Commands commands_of(const StageContext& context, const Json& pending) const {
    const Application& application = context.application;
    const Policy& policy = application.policy;
    const auto command_of = [&](Argv argv) { return rehearsal_command(context, std::move(argv), settings_.limit); };
    const bool is_upgrade = context.run.direction() == Direction::upgrade;
    const auto down = downgrade_argv(policy, is_upgrade ? start_of(pending) : context.target);
    if (!is_upgrade && !down)
      throw Error(ErrorKind::policy, "rehearse the way back", "the policy does not say how",
                  "add migrations.downgrade");
    rehearsal::Commands commands{.migrate = command_of(is_upgrade ? upgrade_argv(policy, context.target) : *down)};
    if (policy.migrations.tool == Migrations::Tool::alembic) {
      Argv current = policy.migrations.command;
      current.emplace_back("current");
      commands.current = command_of(std::move(current));
    }
    const bool is_one = pending["from"].as_strings().size() <= 1;  // Alembic goes back to one revision at a time
    if (settings_.round_trip && is_upgrade && down && is_one) commands.back = command_of(*down);
    return commands;
  }

  static std::string start_of(const Json& pending) {
    const auto from = pending["from"].as_strings();
    return from.empty() ? "base" : from.front();
  }

  rehearsal::Blueprint blueprint_of(const StageContext& context) const {
    const Json& backup = context.run.evidence(evidence::backup_intact);
    rehearsal::Blueprint blueprint = rehearsal_blueprint(context.application, settings_.given);
    blueprint.dump = backup["path"].as_string();
    blueprint.format = backup::format_named(backup["format"].as_string());
    blueprint.limit = settings_.limit;
    if (context.rehearsed) {
      const Json& last = context.rehearsed->facts;
      blueprint.last_restore = {std::chrono::milliseconds(last.integer_or("restored_ms", 0)),
                                static_cast<std::uint64_t>(last.integer_or("copied", 0))};
    }
    return blueprint;
  }

  static Outcome failed(const StageContext& context, const Rehearsed& done) {
    Outcome outcome = failed_command("on the copy the migration fails", done.exit, context.output);
    for (const auto& statement : done.recording.statements)
      if (!statement.error.empty()) outcome.details.push_back("the server said: " + statement.error);
    if (!done.shares.empty())
      outcome.details.emplace_back(
          "the copy held a sample: a row that is said to be missing may be there in production");
    outcome.details.emplace_back("fix: edit the migration; production was not touched");
    return outcome;
  }

  Task<Outcome> judged(StageContext& context, const Rehearsed& done) const {
    const Policy& policy = context.application.policy;
    const RevisionGraph graph = read_revisions(policy.migrations.versions);
    ReviewRequest request = review_request(policy);
    request.direction = context.run.direction();
    request.pending = pending_of(context, graph);
    const Material material = co_await read_material(context.ports.commands, std::move(request), context.stop);
    Outcome outcome{.verdict = Verdict::passed, .summary = rehearsal::summary_of(done)};
    outcome.details = rehearsal::lines_of(done);
    outcome.findings = rehearsal::findings_of(done, material.revisions, settings_.bounds);
    apply_approvals(outcome.findings, context.approvals);
    const auto flag = std::ranges::find_if(outcome.findings, open_red_flag);
    if (flag != outcome.findings.end()) {
      outcome.verdict = Verdict::blocked;
      outcome.next = fmt::format("edit {}, or accept each red flag: orchestrate approve {} {} --reason \"...\"",
                                 flag->place.file, policy.app, flag->id());
      co_return outcome;
    }
    Json facts = rehearsal::facts_of(done);
    const Json& backup = context.run.evidence(evidence::backup_intact);
    facts.set("summary", outcome.summary).set("files", files_of(context));
    facts.set("direction", to_string(context.run.direction()));
    facts.set("path", backup["path"]).set("sha256", backup["sha256"]).set("taken_at", backup["taken_at"]);
    outcome.evidence.push_back({std::string(evidence::rehearsal_passed), std::move(facts)});
    co_return outcome;
  }

  RehearsalSettings settings_;
};

constexpr std::array<Key, 4> own_keys = {{
    {.name = "max_lock",
     .type = ValueType::duration,
     .purpose = "How long a table may be locked for writers or readers on the copy. Without it, any time."},
    {.name = "max_duration",
     .type = ValueType::duration,
     .purpose = "How long all statements together may run on the copy. Without it, any time."},
    {.name = "max_rewrite",
     .type = ValueType::size,
     .purpose = "How large a table may be that is written anew. Without it, any size."},
    {.name = "round_trip",
     .type = ValueType::boolean,
     .fallback = "true",
     .purpose = "Whether the copy is also migrated back and on again, which takes as long once more."},
}};
const std::vector<Key> keys = [] {
  std::vector<Key> all(own_keys.begin(), own_keys.end());
  all.insert(all.end(), rehearsal_place_keys().begin(), rehearsal_place_keys().end());
  return all;
}();
constexpr std::array needs = {evidence::preflight_passed, evidence::backup_intact};
constexpr std::array provides = {evidence::rehearsal_passed};
constexpr auto default_timeout = 1h;

/// Nothing says of what a factor would be one.
std::vector<std::string> problems(const Settings& settings) {
  std::vector<std::string> found;
  for (const std::string_view key : {"disk", "memory", "max_rewrite"})
    if (settings.has(key) && (settings.size(key).factor != 0 || settings.size(key).bytes == 0))
      found.push_back(fmt::format("`{}` is a number of bytes, such as 10GB", key));
  return found;
}

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  const Settings& given = spec.settings;
  RehearsalSettings settings{
      .round_trip = given.boolean("round_trip"), .limit = spec.timeout.value_or(default_timeout), .given = given};
  if (given.has("max_lock")) settings.bounds.lock = given.duration("max_lock");
  if (given.has("max_duration")) settings.bounds.duration = given.duration("max_duration");
  if (given.has("max_rewrite")) settings.bounds.rewrite = given.size("max_rewrite").bytes;
  return std::make_unique<Rehearsal>(std::move(settings));
}

}  // namespace

const StageKind rehearsal_stage = {
    .name = "rehearsal",
    .purpose = "Run the pending migrations on a restored copy, out of production's reach, and see what they do.",
    .keys = keys,
    .needs = needs,
    .provides = provides,
    .length = Length::lengthy,
    .timeout = default_timeout,
    .problems = problems,
    .bind = bind};

}  // namespace orchestrate
