#include "review/review.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <iterator>
#include <map>
#include <set>

#include "orchestrate/source_text.hpp"
#include "review/enrich.hpp"
#include "review/hide_secrets.hpp"
#include "review/history.hpp"
#include "review/in_parallel.hpp"
#include "review/judgement.hpp"
#include "review/known_schema.hpp"
#include "review/material.hpp"
#include "review/order.hpp"
#include "review/sql.hpp"
#include "review/suppression.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

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
  for (const ReadRevision& revision : material.revisions)
    for (const auto& module : revision.modules)
      suppress_in_module(findings, suppressions_in(module->text), {.revision = revision.id, .place = {module->file}});
}

/// Where a finding stands among the others.
struct Rank {
  std::size_t revision = 0;
  bool is_whole = false;
  std::string_view file;  ///< a module; empty: the revision's own
  int line = 0;
  std::size_t number = 0;  ///< as it was found
  bool is_elsewhere = false;
  auto operator<=>(const Rank&) const = default;
};

/// Hash and source line; sorted by revision, then by line, those in modules behind; whole files last.
void finish(const ReviewRequest& request, const Material& material, std::vector<Finding>& findings) {
  std::map<std::string_view, std::size_t> numbers;
  for (const Revision* revision : request.pending) numbers.emplace(revision->id, numbers.size());
  std::vector<const ReadRevision*> read(request.pending.size());  // none: nobody could
  for (const ReadRevision& revision : material.revisions) read[numbers.at(revision.id)] = &revision;
  suppress(request, material, findings);

  std::vector<Rank> ranks;
  for (const Finding& finding : findings) {
    const Place& place = finding.place;
    const std::size_t revision = numbers.at(finding.revision);
    const bool is_elsewhere = place.file != request.pending[revision]->file.native();
    const std::string_view file = is_elsewhere ? std::string_view(place.file) : std::string_view();
    ranks.push_back({revision, place.line == 0, file, place.line, ranks.size(), is_elsewhere});
  }
  std::ranges::sort(ranks);
  std::vector<SourceLines> lines(material.texts.begin(), material.texts.end());
  std::vector<Finding> sorted;
  sorted.reserve(findings.size());
  for (const Rank& rank : ranks) {
    Finding& finding = sorted.emplace_back(std::move(findings[rank.number]));
    const ReadRevision* revision = read[rank.revision];
    finding.file_sha256 = revision ? revision->sha256 : request.pending[rank.revision]->sha256;
    finding.source_line = rank.is_elsewhere && revision ? source_line(revision->text_in(finding.place.file), rank.line)
                                                        : lines[rank.revision].at(rank.line);
  }
  findings = std::move(sorted);
  hide_secrets(material.revisions, findings);
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

/// What the set knows of itself, and of the database where there is one.
void prepare(Material& material, const Facts& facts) {
  enrich(material.revisions, facts);
  put_in_order(material);
}

/// All but the findings.
ReviewReport told_of(const Material& material, const ReviewState& state) {
  ReviewReport report;
  std::set<TableName> tables;
  for (const ReadRevision& revision : material.revisions) {
    count(revision, tables, report);
    for (const auto& module : revision.modules) report.modules.emplace(module->file, module->sha256);
  }
  report.tables.assign(tables.begin(), tables.end());
  report.locks = table_locks(state);
  report.affected = affected_by(material.revisions);
  for (const Finding& unread : material.findings)
    report.affected.unknown.push_back(unread.place.file + ": " + unread.hazard);
  report.commits = commits_of(material);
  return report;
}

/// `material` is prepared.
ReviewReport judged(const ReviewRequest& request, const Material& material, const Facts& facts,
                    std::span<const DataAnswer> answers) {
  const RunOrder run_order(material.revisions);
  const ReviewState state{material.revisions,  request.schemas, request.version_table,
                          request.direction,   facts,           run_order,
                          request.small_table, answers};
  std::future<ReviewReport> told = std::async(std::launch::async, [&] { return told_of(material, state); });
  std::vector<Finding> findings = material.findings;
  std::ranges::move(findings_of(request, state), std::back_inserter(findings));
  finish(request, material, findings);
  ReviewReport report = told.get();
  report.revisions = request.pending.size();
  report.findings = std::move(findings);
  return report;
}

Task<std::vector<DataAnswer>> ask(Catalog& catalog, std::vector<DataProbe> probes) {
  std::vector<std::string> questions;
  for (const DataProbe& probe : probes) questions.push_back(probe.sql);
  std::vector<RowCount> counts = co_await catalog.count(std::move(questions));
  std::vector<DataAnswer> answers;
  for (std::size_t i = 0; i < probes.size(); ++i)
    answers.push_back({.probe = std::move(probes[i]), .found = std::move(counts.at(i))});
  co_return answers;
}

/// `transaction` is the number of the last one, and goes on from file to file.
void as_psql_runs(const std::string& file, std::vector<Statement>& statements, std::size_t& transaction) {
  bool in_transaction = false;
  std::size_t block = 0;
  for (Statement& statement : statements) {
    const bool goes_on = statement.block > 0 && statement.block == block;  // in the same DO
    block = statement.block;
    if (statement.kind == Kind::control_transaction) {
      in_transaction = statement.what == "BEGIN" || statement.what == "START";
      ++transaction;
      continue;
    }
    if (!in_transaction && !goes_on) ++transaction;
    statement.autocommit = !in_transaction && block == 0;
    statement.transaction = transaction;
    statement.revision = file;
    statement.place = {file, statement.place.line + 1, 1};
  }
  std::erase_if(statements, [](const Statement& statement) { return statement.kind == Kind::control_transaction; });
}

/// To parse SQL is most of the work.
ReadRevision read_sql_file(const SqlText& file) {
  ReadRevision read{.id = file.name, .file = file.name, .source = file.text, .is_revision = false};
  read.statements = statements_of_sql(file.text);
  read.body = read.opposite_body = Script::Body::written;
  return read;
}

/// Of the tables in question alone, and nothing where a part of it cannot be read.
Task<Facts> facts_of_history(Commands& commands, const ReviewRequest& request, std::vector<std::string> tables,
                             std::stop_token stop) {
  ReviewRequest history = request;
  history.pending = revisions_about(tables, request.applied);
  history.direction = Direction::upgrade;
  const Material material = co_await read_material(commands, std::move(history), stop);
  Facts facts;
  if (material.findings.empty()) facts = facts_after(material.revisions);
  std::erase_if(facts.tables,
                [&](const auto& known) { return std::ranges::find(tables, known.first.name) == tables.end(); });
  co_return facts;
}

}  // namespace

ReviewReport report_of(const ReviewRequest& request, Material material, const Facts& facts) {
  prepare(material, facts);
  return judged(request, material, facts, {});
}

Task<ReviewReport> review(Commands& commands, ReviewRequest request, std::stop_token stop) {
  ReviewReport report;
  report.revisions = request.pending.size();
  report.commits = Commits::together;
  if (request.pending.empty()) co_return report;

  ReviewRequest read = request;
  Material material = co_await read_material(commands, std::move(read), stop);
  Facts facts;
  std::vector<std::string> names = names_in(material.revisions), asked = tables_in_question(material.revisions);
  if (request.catalog)
    facts = co_await request.catalog->look_up(std::move(names));
  else if (!request.applied.empty() && !asked.empty())
    facts = co_await facts_of_history(commands, request, std::move(asked), stop);
  prepare(material, facts);
  std::vector<DataProbe> probes;
  if (request.catalog) probes = data_probes(material.revisions, facts);
  std::vector<DataAnswer> answers;
  if (!probes.empty()) answers = co_await ask(*request.catalog, std::move(probes));
  co_return judged(request, material, facts, answers);
}

ReviewReport review_sql(const std::vector<SqlText>& files, const std::vector<std::string>& block, const Facts& facts) {
  ReviewRequest request{.block = block};
  std::vector<Revision> revisions;
  Material material;
  material.revisions.resize(files.size());
  in_parallel(files.size(), [&](std::size_t i) { material.revisions[i] = read_sql_file(files[i]); });
  std::size_t transaction = 1;
  for (ReadRevision& read : material.revisions) {
    as_psql_runs(read.file, read.statements, transaction);
    revisions.push_back({.id = read.id, .file = read.file});
    material.texts.push_back(read.source);
  }
  for (const Revision& revision : revisions) request.pending.push_back(&revision);
  return report_of(request, std::move(material), facts);
}

std::string_view to_string(Commits commits) {
  static constexpr std::array<std::string_view, 3> names = {"together", "by-revision", "anywhere"};
  return names[static_cast<std::size_t>(commits)];
}

}  // namespace orchestrate
