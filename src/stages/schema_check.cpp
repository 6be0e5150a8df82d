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
#include "stages/stamp.hpp"

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

constexpr std::array checked = {evidence::preflight_passed, evidence::migration_pending, evidence::review_passed};

std::unique_ptr<Stage> bind_check(const StageSpec& spec, const Policy&) {
  return std::make_unique<SchemaCheck>(spec.settings.texts("revisions"));
}

}  // namespace

const StageKind schema_check_stage = {.name = "schema_check",
                                      .purpose = "Compare the schema with what the revisions make.",
                                      .provides = checked,
                                      .timeout = std::chrono::minutes(2),
                                      .bind = bind_check};

}  // namespace orchestrate
