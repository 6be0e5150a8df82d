#include "review/review.hpp"
#include "orchestrate/source_text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include "orchestrate/digest.hpp"
#include "review/material.hpp"
#include "review/sql.hpp"
#include "review/suppression.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// Follows which names stand for a table that the set itself has made.
void follow(const Statement& statement, std::set<TableName>& made) {
  const bool certain = !statement.conditional && !statement.if_not_exists && !statement.temporary;
  const bool leaves = statement.kind == Kind::rename_table || statement.kind == Kind::move_table;
  if (statement.kind == Kind::create_table && certain) made.insert(statement.table);
  if (statement.kind == Kind::drop_table) made.erase(statement.table);
  if (!leaves) return;
  TableName target = statement.table;
  (statement.kind == Kind::move_table ? target.schema : target.name) = statement.new_name;
  made.erase(target);
  if (made.erase(statement.table) > 0 && !statement.conditional) made.insert(target);
}

/// Numbers the statements and notes which of them are about a table that is new.
void put_in_order(std::vector<ReadRevision>& revisions) {
  std::size_t order = 0;
  std::set<TableName> made;
  for (ReadRevision& revision : revisions)
    for (Statement& statement : revision.statements) {
      statement.order = ++order;
      statement.on_new_table = made.contains(statement.table);
      follow(statement, made);
    }
}

Finding finding_of(const Rule& rule, const ReadRevision& revision, Flag flag, Place place) {
  return {.rule = std::string(rule.id),
          .category = std::string(rule.category),
          .revision = revision.id,
          .object = std::move(flag.object),
          .place = flag.place.file.empty() ? std::move(place) : std::move(flag.place),
          .hazard = std::move(flag.hazard),
          .effect = std::move(flag.effect),
          .remedy = std::move(flag.remedy)};
}

/// A loop or several reasons may flag one line again; one line needs one approval.
bool is_said(const std::vector<Finding>& findings, const Finding& finding) {
  return std::ranges::any_of(findings, [&](const Finding& said) {
    return said.place.line == finding.place.line && said.id() == finding.id();
  });
}

void check_revision(const ReadRevision& revision, const ReviewState& state, std::vector<Finding>& findings) {
  for (const Rule* rule : review_rules()) {
    if (const auto* check = std::get_if<RevisionCheck>(&rule->check)) {
      if (auto flag = (*check)(revision, state))
        findings.push_back(finding_of(*rule, revision, *flag, {revision.file}));
      continue;
    }
    const auto check = std::get<StatementCheck>(rule->check);
    for (const Statement& statement : revision.statements)
      if (auto flag = check(statement, state)) {
        Finding finding = finding_of(*rule, revision, *flag, statement.place);
        if (!is_said(findings, finding)) findings.push_back(std::move(finding));
      }
  }
}

Severity severity_of(const Finding& finding, const std::vector<std::string>& block) {
  if (finding.category == "cannot-judge") return Severity::blocks;
  if (std::ranges::find(block, finding.category) != block.end()) return Severity::blocks;
  return finding.category == "advice" ? Severity::advice : Severity::warning;
}

/// What the files say themselves about their findings. A way back is confirmed as a whole instead.
void suppress(const ReviewRequest& request, const Material& material, std::vector<Finding>& findings) {
  if (request.direction == Direction::downgrade) return;
  for (std::size_t i = 0; i < request.pending.size(); ++i) {
    const Revision& revision = *request.pending[i];
    const auto suppressions = suppressions_in(material.texts[i]);
    const Finding about_file{
        .revision = revision.id, .place = {revision.file.string()}, .file_sha256 = revision.sha256};
    suppress(findings, suppressions, about_file);
  }
}

/// Severity, hash and source line; sorted by revision, then by line, whole files last.
void finish(const ReviewRequest& request, const Material& material, std::vector<Finding>& findings) {
  std::map<std::string_view, std::size_t> numbers;
  for (const Revision* revision : request.pending) numbers.emplace(revision->id, numbers.size());
  for (Finding& finding : findings) {
    finding.severity = severity_of(finding, request.block);
    finding.file_sha256 = request.pending[numbers.at(finding.revision)]->sha256;
  }
  suppress(request, material, findings);
  for (Finding& finding : findings)
    finding.source_line = source_line(material.texts[numbers.at(finding.revision)], finding.place.line);
  std::ranges::stable_sort(findings, {}, [&](const Finding& finding) {
    const int line = finding.place.line > 0 ? finding.place.line : std::numeric_limits<int>::max();
    return std::pair(numbers.at(finding.revision), line);
  });
}

Commits commits_of(const Material& material) {
  if (!material.findings.empty() || material.scope == TransactionScope::none) return Commits::anywhere;
  static constexpr std::array leaving = {Kind::control_transaction, Kind::opaque, Kind::access_host,
                                         Kind::change_cluster};
  for (const ReadRevision& revision : material.revisions)
    for (const Statement& s : revision.statements)
      if (s.autocommit || s.concurrently || std::ranges::find(leaving, s.kind) != leaving.end())
        return Commits::anywhere;
  const bool several = material.revisions.size() > 1;
  return several && material.scope == TransactionScope::per_revision ? Commits::by_revision : Commits::together;
}

void count(const ReadRevision& revision, std::set<TableName>& tables, ReviewReport& report) {
  static constexpr std::array elsewhere = {Kind::opaque,      Kind::create_object, Kind::alter_object,
                                           Kind::drop_object, Kind::create_schema, Kind::drop_schema};
  static constexpr std::array deleting = {Kind::drop_table, Kind::drop_column, Kind::drop_schema,
                                          Kind::drop_owned, Kind::truncate,    Kind::delete_rows};
  report.stops |= revision.body == Script::Body::missing || revision.body == Script::Body::refuses;
  for (const Statement& s : revision.statements) {
    ++report.statements;
    report.deletes |= std::ranges::find(deleting, s.kind) != deleting.end();
    report.unlimited |= s.concurrently || s.kind == Kind::validate_constraint;
    const bool table = std::ranges::find(elsewhere, s.kind) == elsewhere.end();
    if (table && !s.table.name.empty()) tables.insert(s.table);
    tables.insert(s.references.begin(), s.references.end());
  }
}

ReviewReport report_of(const ReviewRequest& request, Material material) {
  ReviewReport report;
  report.revisions = request.pending.size();
  put_in_order(material.revisions);
  const ReviewState state{material.revisions, request.schemas, request.version_table, request.direction};
  report.findings = material.findings;
  std::set<TableName> tables;
  for (const ReadRevision& revision : material.revisions) {
    check_revision(revision, state, report.findings);
    count(revision, tables, report);
  }
  report.affected = affected_by(material.revisions);
  for (const Finding& unread : material.findings)
    report.affected.unknown.push_back(unread.place.file + ": " + unread.hazard);
  finish(request, material, report.findings);
  report.tables.assign(tables.begin(), tables.end());
  report.commits = commits_of(material);
  return report;
}

std::vector<Statement> as_psql_runs(const SqlText& file) {
  std::vector<Statement> statements;
  bool in_transaction = false;
  for (Statement& statement : statements_of_sql(file.text)) {
    if (statement.kind == Kind::control_transaction) {
      in_transaction = statement.what == "BEGIN" || statement.what == "START";
      continue;
    }
    statement.autocommit = !in_transaction;
    statement.revision = file.name;
    statement.place = {file.name, statement.place.line + 1, 1};
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace

Task<ReviewReport> review(Commands& commands, ReviewRequest request, std::stop_token stop) {
  ReviewReport report;
  report.revisions = request.pending.size();
  report.commits = Commits::together;
  if (request.pending.empty()) co_return report;

  ReviewRequest read = request;
  Material material = co_await read_material(commands, std::move(read), stop);
  co_return report_of(request, std::move(material));
}

ReviewReport review_sql(const std::vector<SqlText>& files, const std::vector<std::string>& block) {
  ReviewRequest request{.block = block};
  std::vector<Revision> revisions;
  Material material;
  for (const SqlText& file : files) {
    revisions.push_back({.id = file.name, .file = file.name, .sha256 = sha256(file.text)});
    material.texts.push_back(file.text);
    material.revisions.push_back(
        {.id = file.name, .file = file.name, .source = file.text, .statements = as_psql_runs(file)});
    material.revisions.back().body = material.revisions.back().opposite_body = Script::Body::written;
  }
  for (const Revision& revision : revisions) request.pending.push_back(&revision);
  return report_of(request, std::move(material));
}

std::string_view to_string(Commits commits) {
  static constexpr std::array<std::string_view, 3> names = {"together", "by-revision", "anywhere"};
  return names[static_cast<std::size_t>(commits)];
}

}  // namespace orchestrate
