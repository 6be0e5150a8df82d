#include "stages/stamp.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "review/expectation.hpp"
#include "review/material.hpp"
#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/review.hpp"
#include "stages/starting_point.hpp"

namespace orchestrate {
namespace {

using Objects = std::set<SchemaObject>;

const std::string objects_sql =
    "SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname = ANY($1::text[])";

/// Which revisions count as applied then, and which do not, both in the order in which Alembic runs them.
struct Split {
  std::vector<const Revision*> applied, others;
  std::vector<std::string> rows;  ///< of the version table
};

std::vector<const Revision*> or_throw(const Pending& found, const std::string& doing) {
  if (const auto* finding = std::get_if<Finding>(&found))
    throw Error(ErrorKind::usage, doing, finding->hazard, finding->remedy);
  return std::get<std::vector<const Revision*>>(found);
}

Split split_at(const RevisionGraph& graph, const std::vector<std::string>& targets) {
  std::set<std::string> applied;
  for (const std::string& target : targets)
    if (target != "base")
      for (const Revision* revision : or_throw(graph.pending({}, target), "stamp " + target))
        applied.insert(revision->id);
  Split split;
  for (const Revision* revision : or_throw(graph.pending({}, "heads"), "read the revisions"))
    (applied.contains(revision->id) ? split.applied : split.others).push_back(revision);
  split.rows = graph.tips({applied.begin(), applied.end()});
  return split;
}

std::vector<std::string> ids_of(const std::vector<const Revision*>& revisions) {
  std::vector<std::string> ids;
  std::ranges::transform(revisions, std::back_inserter(ids), &Revision::id);
  return ids;
}

Task<Objects> objects_of(Database& database, std::vector<std::string> schemas, std::stop_token stop) {
  const std::vector<std::string> parameters = {text_array(schemas)};
  const Rows rows = co_await database.query(objects_sql, parameters, std::move(stop));
  Objects objects;
  for (const auto& row : rows.rows) {
    const TableName table{*row[0], *row[1]};
    objects.insert({table, {}});
    if (row[2]) objects.insert({table, *row[2]});
  }
  co_return objects;
}

std::string name_of(const SchemaObject& object) {
  if (object.column.empty()) return "table " + object.table.text();
  return "column " + object.table.text() + "." + object.column;
}

/// Where the text named no schema, any of the app's may hold it.
bool is_there(const Objects& objects, const std::vector<std::string>& schemas, SchemaObject object, bool qualified) {
  if (qualified) return objects.contains(object);
  return std::ranges::any_of(schemas, [&](const std::string& schema) {
    object.table.schema = schema;
    return objects.contains(object);
  });
}

Finding contradiction(const SchemaObject& object, const Expectation::Fate& fate, bool counts_as_applied) {
  const std::string name = name_of(object);
  Finding finding{.rule = fate.there ? "not-in-database" : "still-in-database",
                  .category = "contradiction",
                  .severity = Severity::blocks,
                  .revision = fate.revision,
                  .object = object.table.text() + (object.column.empty() ? "" : "." + object.column),
                  .place = fate.place};
  if (fate.there)
    finding.hazard = fmt::format("{} makes the {}, and the database has none", fate.revision, name);
  else if (counts_as_applied)
    finding.hazard = fmt::format("{} drops the {}, and the database has it", fate.revision, name);
  else
    finding.hazard = fmt::format("{} is still to make the {}, and the database has it", fate.revision, name);
  finding.effect = "what comes after that stamp would stop there, or build on what is not so";
  finding.remedy = "stamp the revision that the schema is really at, or mend the schema";
  return finding;
}

class SchemaCheck final : public Stage {
 public:
  explicit SchemaCheck(std::vector<std::string> targets) : targets_(std::move(targets)) {}

  std::string describe() const override { return "compare tables and columns with what the revisions make"; }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const TableName& table = policy.migrations.version_table;
    const auto database = co_await open_session(context, context.stop);
    const auto rows = co_await version_rows(*database, table, context.stop);
    if (!rows)
      co_return Outcome{Verdict::failed,
                        fmt::format("there is no {}, so nothing says that the schema was ever migrated", table.text()),
                        {},
                        {},
                        {},
                        fmt::format("orchestrate adopt {} --stamp REV", policy.app)};
    const RevisionGraph graph = read_revisions(policy.migrations.versions);
    const Split split = split_at(graph, targets_);
    const DatabaseIdentity identity = co_await read_identity(*database, context.stop);
    const Material applied = co_await material_of(context, split.applied);
    const Material others = co_await material_of(context, split.others);
    const Expectation expectation = expectation_of(applied.revisions, others.revisions);
    const Objects objects = co_await objects_of(*database, schemas_of(policy, expectation), context.stop);

    Outcome outcome{Verdict::passed, {}, {}, {}, contradictions(policy, expectation, objects, ids_of(split.applied))};
    for (Finding& finding : outcome.findings) {
      finding.file_sha256 = applied.sha256_of(finding.revision);
      if (finding.file_sha256.empty()) finding.file_sha256 = others.sha256_of(finding.revision);
    }
    apply_approvals(outcome.findings, context.approvals);
    const auto open = static_cast<std::size_t>(std::ranges::count_if(outcome.findings, open_red_flag));
    outcome.summary = fmt::format("{} tables and columns, {} contradict it", expectation.objects.size(), open);
    const std::size_t unread = applied.findings.size() + others.findings.size();
    if (expectation.untold + unread > 0)
      outcome.summary += fmt::format("; of {} statements or files nobody can tell", expectation.untold + unread);
    if (open > 0) {
      const auto flag = std::ranges::find_if(outcome.findings, open_red_flag);
      outcome.verdict = Verdict::blocked;
      outcome.next = fmt::format("{}, or accept each: orchestrate approve {} {} --reason \"...\"", flag->remedy,
                                 policy.app, flag->id());
      co_return outcome;
    }
    outcome.evidence = stamp_evidence(identity, *rows, split.rows);
    co_return outcome;
  }

 private:
  static Task<Material> material_of(const StageContext& context, std::vector<const Revision*> revisions) {
    ReviewRequest request = review_request(context.application.policy);
    request.env_py.reset();
    request.pending = std::move(revisions);
    return read_material(context.ports.commands, std::move(request), context.stop);
  }

  static std::vector<std::string> schemas_of(const Policy& policy, const Expectation& expectation) {
    std::set<std::string> schemas = {"public"};
    for (const std::string& schema : app_schemas(policy)) schemas.insert(schema);
    for (const auto& [object, fate] : expectation.objects) schemas.insert(object.table.schema);
    return {schemas.begin(), schemas.end()};
  }

  /// A column is not worth a word where its table is.
  static std::vector<Finding> contradictions(const Policy& policy, const Expectation& expectation,
                                             const Objects& objects, const std::vector<std::string>& applied) {
    std::vector<std::string> schemas = app_schemas(policy);
    schemas.emplace_back("public");
    const auto contradicts = [&](const SchemaObject& object, const Expectation::Fate& fate) {
      return is_there(objects, schemas, object, fate.qualified) != fate.there;
    };
    std::vector<Finding> findings;
    for (const auto& [object, fate] : expectation.objects) {
      if (!contradicts(object, fate)) continue;
      const auto table = expectation.objects.find({object.table, {}});
      if (!object.column.empty() && table != expectation.objects.end() && contradicts(table->first, table->second))
        continue;
      const bool counts = std::ranges::find(applied, fate.revision) != applied.end();
      findings.push_back(contradiction(object, fate, counts));
    }
    return findings;
  }

  std::vector<std::string> targets_;
};

/// A session that may write; whoever else has the version table makes us give up soon.
Task<std::unique_ptr<Database>> open_for_writing(const StageContext& context) {
  SessionOptions options;
  options.application_name = "orchestrate " + context.run.id;
  options.read_only = false;
  auto database = co_await context.ports.databases.connect(context.application.for_sessions(), options, context.stop);
  co_await database->query("SET lock_timeout = '5s'", context.stop);
  co_return database;
}

/// Where there is none: an adopted database has none yet.
std::string made_as_alembic_does(const TableName& table) {
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {} PRIMARY KEY (version_num))",
      table.quoted(), quote_identifier(table.name + "_pkc"));
}

class Stamp final : public Stage {
 public:
  std::string describe() const override { return "write the version rows, and nothing else"; }

  Task<Outcome> run(StageContext& context) const override {
    const Json& pending = context.run.evidence(evidence::migration_pending);
    const auto from = pending["from"].as_strings(), to = pending["to"].as_strings();
    const auto database = co_await open_for_writing(context);
    const StartingPoint before = co_await read_starting_point(context, *database);
    if (rows_of(before.state) != from)
      co_return Outcome{Verdict::failed, "the version rows have changed since they were read", {}, {}, {}};
    context.record(fact::database_before, to_json(before));
    Outcome outcome{Verdict::failed, {}, {}, {}, {}};
    try {
      co_await write_rows(context, *database, from, to);
    } catch (const Error& error) {
      outcome.summary = error.why();
    }
    if (outcome.summary.empty()) co_return written(context, from, to);
    try {
      const std::stop_token unstoppable;
      const auto fresh = co_await open_session(context, unstoppable);
      co_await tell_aftermath(context, before, *fresh, outcome);
    } catch (const Error& error) {
      not_judged(error, outcome);
    }
    co_return outcome;
  }

 private:
  static Task<> write_rows(StageContext& context, Database& database, std::vector<std::string> from,
                           std::vector<std::string> to) {
    const TableName& table = context.application.policy.migrations.version_table;
    const std::string name = table.quoted();
    co_await database.query("BEGIN", context.stop);
    const std::string make = made_as_alembic_does(table);
    if (from.empty()) co_await database.query(make, context.stop);
    co_await database.query("LOCK TABLE " + name + " IN ACCESS EXCLUSIVE MODE", context.stop);
    const auto now = co_await version_rows(database, table, context.stop);
    if (now.value_or(std::vector<std::string>{}) != from)
      throw Error(ErrorKind::failed, "stamp", "the version rows have changed since they were read");
    co_await database.query("DELETE FROM " + name, context.stop);
    const std::vector<std::string> rows = {text_array(to)};
    const std::string insert = "INSERT INTO " + name + " (version_num) SELECT unnest($1::text[])";
    co_await database.query(insert, rows, context.stop);
    co_await database.query("COMMIT", context.stop);
  }

  static Outcome written(const StageContext& context, const std::vector<std::string>& from,
                         const std::vector<std::string>& to) {
    Outcome outcome{Verdict::passed, revisions_text(from) + " -> " + revisions_text(to), {}, {}, {}};
    outcome.evidence.push_back(
        {std::string(evidence::upgrade_done),
         Json::object({{"from", Json::of(from)}, {"to", Json::of(to)}, {"files", Json::object()}})});
    outcome.next = "orchestrate plan " + context.application.policy.app;
    return outcome;
  }
};

constexpr std::array checked = {evidence::preflight_passed, evidence::migration_pending, evidence::review_passed};
constexpr std::array stamped = {evidence::upgrade_done};

std::unique_ptr<Stage> bind_check(const StageSpec& spec, const Policy&) {
  return std::make_unique<SchemaCheck>(spec.settings.texts("revisions"));
}
std::unique_ptr<Stage> bind_stamp(const StageSpec&, const Policy&) {
  return std::make_unique<Stamp>();
}

}  // namespace

std::vector<Evidence> stamp_evidence(const DatabaseIdentity& identity, const std::vector<std::string>& from,
                                     const std::vector<std::string>& to) {
  std::vector<std::string> moved;
  std::ranges::set_symmetric_difference(from, to, std::back_inserter(moved));
  return {{std::string(evidence::preflight_passed), Json::object({{"database", to_json(identity)}})},
          {std::string(evidence::migration_pending),
           Json::object({{"from", Json::of(from)}, {"to", Json::of(to)}, {"revisions", Json::of(moved)}})},
          {std::string(evidence::review_passed),
           Json::object({{"files", Json::object()}, {"commits", to_string(Commits::together)}, {"unlimited", false}})}};
}

const StageKind schema_check_stage = {.name = "schema_check",
                                      .purpose = "Compare the schema with what the revisions make.",
                                      .provides = checked,
                                      .timeout = std::chrono::minutes(2),
                                      .bind = bind_check};
const StageKind stamp_stage = {.name = "stamp",
                               .purpose = "Write the version rows.",
                               .needs = checked,
                               .provides = stamped,
                               .effect = always_changes,
                               .timeout = std::chrono::minutes(1),
                               .bind = bind_stamp};

}  // namespace orchestrate
