#include "review/review.hpp"
#include "orchestrate/source_text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/digest.hpp"
#include "orchestrate/size_text.hpp"
#include "review/enrich.hpp"
#include "review/hide_secrets.hpp"
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

/// Numbers the transactions in which Alembic runs the statements.
class Transactions {
 public:
  explicit Transactions(TransactionScope scope) : scope_(scope) {}

  void begin_revision() {
    if (scope_ != TransactionScope::whole) ++number_;
  }
  /// What commits by itself ends the one before it and is followed by another.
  std::size_t of(const Statement& s) {
    if (!s.autocommit && s.kind != Kind::control_transaction) return number_;
    number_ += 2;
    return number_ - 1;
  }

 private:
  TransactionScope scope_;
  std::size_t number_ = 1;
};

/// Numbers the statements and notes which of them are about a table that is new.
void put_in_order(Material& material) {
  std::size_t order = 0;
  std::set<TableName> made;
  Transactions transactions(material.scope);
  for (ReadRevision& revision : material.revisions) {
    transactions.begin_revision();
    for (Statement& statement : revision.statements) {
      statement.order = ++order;
      if (statement.transaction == 0) statement.transaction = transactions.of(statement);
      statement.on_new_table = made.contains(statement.table);
      follow(statement, made);
    }
  }
}

const TableFacts* facts_of(const Statement& s, const Facts& facts) {
  if (s.table.name.empty() || s.on_new_table) return nullptr;
  return facts.find(s.table, s.qualified);
}

Severity severity_of(std::string_view category, const TableFacts* table, const ReviewRequest& request) {
  if (category == "cannot-judge") return Severity::blocks;
  const bool hinders_nobody = category == "blocking-lock" && table && table->size <= request.small_table;
  const bool blocks = std::ranges::find(request.block, category) != request.block.end();
  if (blocks && !hinders_nobody) return Severity::blocks;
  return category == "advice" ? Severity::advice : Severity::warning;
}

/// What the catalog adds to an effect: `; cfg.panels has about 50 rows, 64 KiB`.
std::string measure(std::string_view category, const Statement& s, const TableFacts* table) {
  static constexpr std::array<std::string_view, 2> measured = {"data-loss", "blocking-lock"};
  if (!table || std::ranges::find(measured, category) == measured.end()) return {};
  std::string text = fmt::format("; {} has ", s.table.text());
  if (table->rows >= 0) text += fmt::format("about {:.0f} rows, ", table->rows);
  text += size_text(table->size);
  const bool takes_along = s.cascade || s.kind == Kind::drop_table || s.kind == Kind::drop_column;
  if (takes_along && !table->views.empty()) text += fmt::format("; it is read by {}", fmt::join(table->views, ", "));
  if (s.kind != Kind::drop_table && s.kind != Kind::truncate) return text;
  std::vector<std::string> children;
  for (const TableName& child : table->children) children.push_back(child.text());
  if (!children.empty()) text += fmt::format("; it is referenced by {}", fmt::join(children, ", "));
  return text;
}

/// `about`: the statement; none: the revision as a whole.
Finding finding_of(const Rule& rule, const ReadRevision& revision, Flag flag, const Statement* about,
                   const ReviewRequest& request, const Facts& facts) {
  if (flag.about) about = flag.about;
  const TableFacts* table = about ? facts_of(*about, facts) : nullptr;
  Finding finding{.rule = std::string(rule.id),
                  .category = std::string(rule.category),
                  .severity = severity_of(rule.category, table, request),
                  .revision = revision.id,
                  .object = std::move(flag.object),
                  .hazard = std::move(flag.hazard),
                  .effect = std::move(flag.effect),
                  .remedy = std::move(flag.remedy)};
  finding.place = !flag.place.file.empty() ? std::move(flag.place) : about ? about->place : Place{revision.file};
  if (about) finding.effect += measure(rule.category, *about, table);
  return finding;
}

/// A loop or several reasons may flag one line again; one line needs one approval.
bool is_said(const std::vector<Finding>& findings, const Finding& finding) {
  return std::ranges::any_of(findings, [&](const Finding& said) {
    return said.place.line == finding.place.line && said.id() == finding.id();
  });
}

void add(std::vector<Finding>& findings, Finding finding) {
  if (!is_said(findings, finding)) findings.push_back(std::move(finding));
}

void check_revision(const ReviewRequest& request, const ReadRevision& revision, const ReviewState& state,
                    std::vector<Finding>& findings) {
  for (const Rule& rule : review_rules()) {
    if (const auto* check = std::get_if<RevisionCheck>(&rule.check)) {
      for (Flag& flag : (*check)(revision, state))
        add(findings, finding_of(rule, revision, std::move(flag), nullptr, request, state.facts));
      continue;
    }
    const auto check = std::get<StatementCheck>(rule.check);
    for (const Statement& s : revision.statements)
      if (auto flag = check(s, state))
        add(findings, finding_of(rule, revision, std::move(*flag), &s, request, state.facts));
  }
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

/// Hash and source line; sorted by revision, then by line, whole files last.
void finish(const ReviewRequest& request, const Material& material, std::vector<Finding>& findings) {
  std::map<std::string_view, std::size_t> numbers;
  for (const Revision* revision : request.pending) numbers.emplace(revision->id, numbers.size());
  for (Finding& finding : findings) finding.file_sha256 = request.pending[numbers.at(finding.revision)]->sha256;
  suppress(request, material, findings);
  for (Finding& finding : findings)
    finding.source_line = source_line(material.texts[numbers.at(finding.revision)], finding.place.line);
  hide_secrets(material.revisions, findings);
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

ReviewReport report_of(const ReviewRequest& request, Material material, const Facts& facts) {
  ReviewReport report;
  report.revisions = request.pending.size();
  enrich(material.revisions, facts);
  put_in_order(material);
  const ReviewState state{material.revisions, request.schemas, request.version_table,
                          request.direction,  facts,           request.small_table};
  report.findings = material.findings;
  std::set<TableName> tables;
  for (const ReadRevision& revision : material.revisions) {
    check_revision(request, revision, state, report.findings);
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

std::vector<Statement> as_psql_runs(const SqlText& file, std::size_t& transaction) {
  std::vector<Statement> statements;
  bool in_transaction = false;
  for (Statement& statement : statements_of_sql(file.text)) {
    if (statement.kind == Kind::control_transaction) {
      in_transaction = statement.what == "BEGIN" || statement.what == "START";
      ++transaction;
      continue;
    }
    if (!in_transaction) ++transaction;
    statement.autocommit = !in_transaction;
    statement.transaction = transaction;
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
  Facts facts;
  std::vector<std::string> names = names_in(material.revisions);
  if (request.catalog) facts = co_await request.catalog->look_up(std::move(names));
  co_return report_of(request, std::move(material), facts);
}

ReviewReport review_sql(const std::vector<SqlText>& files, const std::vector<std::string>& block, const Facts& facts) {
  ReviewRequest request{.block = block};
  std::vector<Revision> revisions;
  Material material;
  std::size_t transaction = 1;
  for (const SqlText& file : files) {
    revisions.push_back({.id = file.name, .file = file.name, .sha256 = sha256(file.text)});
    material.texts.push_back(file.text);
    material.revisions.push_back({.id = file.name,
                                  .file = file.name,
                                  .source = file.text,
                                  .statements = as_psql_runs(file, transaction),
                                  .is_revision = false});
    material.revisions.back().body = material.revisions.back().opposite_body = Script::Body::written;
  }
  for (const Revision& revision : revisions) request.pending.push_back(&revision);
  return report_of(request, std::move(material), facts);
}

std::string_view to_string(Commits commits) {
  static constexpr std::array<std::string_view, 3> names = {"together", "by-revision", "anywhere"};
  return names[static_cast<std::size_t>(commits)];
}

}  // namespace orchestrate
