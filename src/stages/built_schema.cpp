#include "stages/built_schema.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "rehearsal/build.hpp"
#include "review/graph.hpp"
#include "schema/shape.hpp"
#include "stages/command_report.hpp"
#include "stages/database_session.hpp"
#include "stages/project_command.hpp"
#include "stages/rehearsal_place.hpp"
#include "stages/stamp.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using rehearsal::Building;
using rehearsal::Built;

constexpr auto limit = 30min;
constexpr const char* models_revision = "orchestrate_drift";

/// A word of Alembic's for these version rows.
std::string target_for(const std::vector<std::string>& rows, const RevisionGraph& graph, const Policy& policy) {
  const bool is_all = rows == graph.rows_at_heads();
  if (!is_all && !policy.migrations.takes_target())
    throw Error(ErrorKind::usage, "build the schema of revision " + fmt::format("{}", fmt::join(rows, ", ")),
                "migrations.command always goes to head", "put {target} where its revision stands, in the policy");
  if (is_all) return rows.size() > 1 ? "heads" : "head";
  if (rows.size() == 1) return rows.front();
  throw Error(ErrorKind::failed, "build the schema of production",
              "it is at several revisions, of which some are no heads", "upgrade to the heads first");
}

std::string objects(std::size_t count) {
  return fmt::format("{} object{}", count, count == 1 ? "" : "s");
}

std::string objects_differ(std::size_t count) {
  return objects(count) + (count == 1 ? " differs" : " differ");
}

/// A line for each difference: what the migrations make, and what production has.
std::vector<std::string> lines_of(const std::vector<ShapeDifference>& differences) {
  std::vector<std::string> lines;
  for (const ShapeDifference& difference : differences) {
    const auto& [object, built, there] = difference;
    if (there.empty())
      lines.push_back(fmt::format("missing: {}: {}", object, built));
    else if (built.empty())
      lines.push_back(fmt::format("made by no migration: {}: {}", object, there));
    else
      lines.push_back(fmt::format("differs: {}: the migrations make {}, production has {}", object, built, there));
  }
  return lines;
}

struct Comparison {
  Built built;
  std::vector<ShapeDifference> differences;
};

/// What the migrations build up to those rows, beside what production is; or why they do not build it.
Task<std::variant<Comparison, Outcome>> compared(StageContext& context, Building building) {
  const Policy& policy = context.application.policy;
  rehearsal::Blueprint blueprint = rehearsal_blueprint(context.application, rehearsal_settings(policy));
  blueprint.limit = limit;
  if (building.autogenerate) blueprint.copied = policy.migrations.versions;
  auto answer = co_await rehearsal::build(context, std::move(blueprint), std::move(building));
  if (const auto* none = std::get_if<rehearsal::NoContact>(&answer)) co_return no_contact(context, none->exit);
  if (const auto* failure = std::get_if<rehearsal::BuildFailure>(&answer)) {
    Outcome outcome =
        failed_command("the migrations do not build the schema from nothing", failure->exit, context.output);
    outcome.details.emplace_back(
        "fix: they must run from base on a database that holds the version table's schema and others' extensions only; "
        "what the first one takes for there belongs into a revision");
    co_return outcome;
  }
  Comparison comparison{.built = std::move(std::get<Built>(answer))};
  const auto production = co_await open_session(context, context.stop);
  const std::vector<std::string> schemas = app_schemas(policy);
  const Shape there = co_await read_shape(*production, schemas, policy.migrations.version_table, context.stop);
  comparison.differences = differences(comparison.built.shape, there);
  co_return comparison;
}

Command command_of(const StageContext& context, const std::string& target) {
  return rehearsal_command(context, upgrade_argv(context.application.policy, target), limit);
}

/// What the models have, as lines; a word where nobody can tell.
void tell_models(const rehearsal::ModelDrift& models, Outcome& outcome) {
  for (const std::string& statement : models.statements) outcome.details.push_back("models: " + statement);
  if (!models.why_unknown.empty()) outcome.details.push_back("models not compared: " + models.why_unknown);
}

class Drift final : public Stage {
 public:
  std::string describe() const override { return "compare production with what the migrations and the models make"; }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const auto database = co_await open_session(context, context.stop);
    const auto rows = co_await version_rows(*database, policy.migrations.version_table, context.stop);
    if (!rows || rows->empty())
      co_return Outcome{.verdict = Verdict::failed,
                        .summary = "the database is at no revision",
                        .next = fmt::format("orchestrate adopt {} --stamp REV", policy.app)};
    const RevisionGraph graph = read_revisions(policy.migrations.versions);
    const std::string target = target_for(*rows, graph, policy);
    Building building{.to_revision = command_of(context, target)};
    if (policy.migrations.tool == Migrations::Tool::alembic) {
      if (!target.starts_with("head")) building.to_head = command_of(context, "heads");
      Argv argv = policy.migrations.command;
      for (const char* word : {"revision", "--autogenerate", "--message", "drift", "--rev-id", models_revision})
        argv.emplace_back(word);
      building.autogenerate = rehearsal_command(context, std::move(argv), limit);
    }
    const auto answer = co_await compared(context, std::move(building));
    if (const auto* outcome = std::get_if<Outcome>(&answer)) co_return *outcome;
    const auto& [built, differences] = std::get<Comparison>(answer);
    Outcome outcome{.verdict = Verdict::passed, .details = lines_of(differences)};
    if (built.models) tell_models(*built.models, outcome);
    const std::size_t of_models = built.models ? built.models->statements.size() : 0;
    outcome.summary = fmt::format("at {}: {} from what the migrations make", fmt::join(built.versions, ", "),
                                  objects_differ(differences.size()));
    if (built.models && built.models->why_unknown.empty())
      outcome.summary += fmt::format("; {} changes of the models have no migration", of_models);
    if (differences.empty() && of_models == 0) co_return outcome;
    outcome.verdict = Verdict::blocked;
    outcome.next = "write a revision that makes the difference, or mend the schema by hand";
    co_return outcome;
  }
};

class AdoptionCheck final : public Stage {
 public:
  explicit AdoptionCheck(std::string revision) : revision_(std::move(revision)) {}

  std::string describe() const override {
    return "compare production with what the migrations make up to " + revision_;
  }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const auto database = co_await open_session(context, context.stop);
    const auto rows = co_await version_rows(*database, policy.migrations.version_table, context.stop);
    if (rows && !rows->empty())
      co_return Outcome{.verdict = Verdict::failed,
                        .summary = "it is adopted already, at " + revisions_text(*rows),
                        .next = fmt::format("orchestrate drift {}, or stamp another revision: orchestrate stamp {} {} "
                                            "--reason \"...\"",
                                            policy.app, policy.app, revision_)};
    const DatabaseIdentity identity = co_await read_identity(*database, context.stop);
    Building building{.to_revision = command_of(context, revision_)};
    const auto answer = co_await compared(context, std::move(building));
    if (const auto* outcome = std::get_if<Outcome>(&answer)) co_return *outcome;
    const auto& [built, differences] = std::get<Comparison>(answer);
    Outcome outcome{.verdict = Verdict::passed,
                    .summary = fmt::format("{}, all as the migrations make them up to {}", objects(built.shape.size()),
                                           fmt::join(built.versions, ", "))};
    if (differences.empty()) {
      outcome.evidence = stamp_evidence(identity, {}, built.versions);
      co_return outcome;
    }
    outcome.verdict = Verdict::blocked;
    outcome.summary = fmt::format("{} from what the migrations make up to {}", objects_differ(differences.size()),
                                  fmt::join(built.versions, ", "));
    outcome.details = lines_of(differences);
    outcome.next = "mend the schema or the revisions until they agree, or stamp the revision that the schema is at";
    co_return outcome;
  }

 private:
  std::string revision_;
};

constexpr std::array checked = {evidence::preflight_passed, evidence::migration_pending, evidence::review_passed};

std::unique_ptr<Stage> bind_drift(const StageSpec&, const Policy&) {
  return std::make_unique<Drift>();
}
std::unique_ptr<Stage> bind_adoption(const StageSpec& spec, const Policy&) {
  return std::make_unique<AdoptionCheck>(spec.settings.text("revision"));
}

}  // namespace

const StageKind drift_stage = {.name = "drift",
                               .purpose = "Compare production with what migrations and models make.",
                               .length = Length::lengthy,
                               .timeout = limit,
                               .bind = bind_drift};
const StageKind adoption_check_stage = {.name = "schema_check",
                                        .purpose = "Compare production with what the migrations make.",
                                        .provides = checked,
                                        .length = Length::lengthy,
                                        .timeout = limit,
                                        .bind = bind_adoption};

}  // namespace orchestrate
