#include "rehearsal/comparison.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "rehearsal/telling.hpp"
#include "review/sql.hpp"

namespace orchestrate::rehearsal {
namespace {

using Kind = StatementKind;

/// Names of the temporary tables that were made meanwhile: nothing else tells what is done to one from the rest.
std::set<std::string> temporary_tables(std::span<const StatementCount> counted) {
  std::set<std::string> names;
  for (const StatementCount& count : counted)
    for (const Statement& statement : statements_of_sql(count.sql))
      if (statement.temporary) names.insert(statement.table.name);
  return names;
}

/// The application writes rows all the time, but does not change the schema.
bool changes_schema(const Statement& statement, const std::set<std::string>& temporary) {
  static constexpr std::array others = {
      Kind::insert_rows, Kind::update_rows, Kind::delete_rows,   Kind::truncate,      Kind::read,
      Kind::rebuild,     Kind::rewrite,     Kind::lock_table,    Kind::set_parameter, Kind::control_transaction,
      Kind::opaque,      Kind::access_host, Kind::change_cluster};
  if (statement.temporary || statement.table.schema == "pg_temp" ||
      (!statement.qualified && temporary.contains(statement.table.name)))
    return false;
  return std::ranges::find(others, statement.kind) == others.end();
}

/// Of a stranger's statement nothing may be told that is in quotes.
std::string without_quoted(const std::string& sql) {
  std::string kept;
  bool is_quoted = false;
  for (const char c : sql) {
    if (!is_quoted || c == '\'') kept += c;
    if (c == '\'') is_quoted = !is_quoted;
  }
  return kept;
}

/// How often a statement ran, whatever its literals were.
struct Ran {
  std::uint64_t calls = 0;
  Duration took{0};
};

/// By fingerprint.
std::map<std::string, Ran> by_fingerprint(std::span<const StatementCount> counted) {
  std::map<std::string, Ran> all;
  for (const StatementCount& count : counted)
    for (const std::string& fingerprint : fingerprints_of_sql(count.sql)) {
      Ran& ran = all[fingerprint];
      ran.calls += count.calls;
      ran.took += count.took;
    }
  return all;
}

Comparison::Revision& revision_of(Comparison& comparison, const std::string& id) {
  const auto known = std::ranges::find(comparison.revisions, id, &Comparison::Revision::id);
  if (known != comparison.revisions.end()) return *known;
  return comparison.revisions.emplace_back(Comparison::Revision{.id = id});
}

}  // namespace

std::optional<std::vector<std::string>> fingerprints_of(const RecordedStatement& statement) {
  static constexpr std::array uncounted = {"BEGIN",   "START",   "COMMIT",  "ROLLBACK",  "SAVEPOINT",
                                           "RELEASE", "PREPARE", "EXECUTE", "DEALLOCATE"};
  const std::size_t begin = std::min(statement.sql.find_first_not_of(" \t\r\n"), statement.sql.size());
  std::string word = statement.sql.substr(begin, statement.sql.find_first_of(" \t\r\n;", begin) - begin);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (!statement.error.empty() || word.empty() || std::ranges::find(uncounted, word) != uncounted.end())
    return std::vector<std::string>();
  auto fingerprints = fingerprints_of_sql(statement.sql);
  if (fingerprints.empty()) return std::nullopt;
  return fingerprints;
}

std::optional<Comparison> compare(const Json& facts, std::span<const StatementCount> ran) {
  if (!facts["statements"].is_array()) return std::nullopt;
  const Json::Array& statements = facts["statements"].as_array();
  std::map<std::string, Ran> real = by_fingerprint(ran);
  std::map<std::string, std::uint64_t> rehearsed;  // how often
  for (const Json& statement : statements) {
    if (!statement["fingerprints"].is_array()) continue;
    for (const std::string& fingerprint : statement["fingerprints"].as_strings()) ++rehearsed[fingerprint];
  }
  Comparison comparison{.of_sample = facts["shares"].is_object() && !facts["shares"].as_object().empty()};
  for (const Json& statement : statements) {
    const std::string id = statement.text_or("revision");
    if (id.empty()) continue;
    if (!statement["fingerprints"].is_array()) {
      ++comparison.unknown;
      continue;
    }
    Comparison::Revision& revision = revision_of(comparison, id);
    revision.rehearsed += Duration(statement["took_us"].as_integer());
    bool has_run = true;
    for (const std::string& fingerprint : statement["fingerprints"].as_strings()) {
      const Ran& all = real[fingerprint];
      const std::uint64_t calls = rehearsed[fingerprint];
      has_run = has_run && all.calls >= calls;
      if (all.calls > 0) revision.real += all.took / std::max(all.calls, calls);
    }
    if (!has_run) comparison.not_run.push_back(statement.text_or("sql"));
  }
  if (statements.size() == most_statements) {  // nobody knows what else was rehearsed
    ++comparison.unknown;
    return comparison;
  }
  const std::set<std::string> temporary = temporary_tables(ran);
  const auto is_change = [&](const Statement& statement) { return changes_schema(statement, temporary); };
  for (const StatementCount& count : ran) {
    const auto fingerprints = fingerprints_of_sql(count.sql);
    const bool is_known =
        std::ranges::all_of(fingerprints, [&](const std::string& f) { return rehearsed.contains(f); });
    if (!is_known && std::ranges::any_of(statements_of_sql(count.sql), is_change))
      comparison.not_rehearsed.push_back(without_quoted(without_literals(count.sql)));
  }
  return comparison;
}

std::vector<std::string> lines_of(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const auto& [id, rehearsed, real] : comparison.revisions)
    lines.push_back(fmt::format("{} ran {}, on the copy{} {}", id, text_of(real),
                                comparison.of_sample ? ", of a part of the rows," : "", text_of(rehearsed)));
  for (const std::string& sql : comparison.not_run) lines.push_back("ran on the copy and not here: " + sql);
  for (const std::string& sql : comparison.not_rehearsed)
    lines.push_back("ran here meanwhile and not on the copy: " + sql);
  if (comparison.unknown > 0) lines.emplace_back("some statements of the rehearsal cannot be recognised");
  return lines;
}

Json to_json(const Comparison& comparison) {
  Json revisions = Json::object();
  for (const auto& [id, rehearsed, real] : comparison.revisions)
    revisions.set(id, Json::object({{"rehearsed_us", rehearsed.count()}, {"took_us", real.count()}}));
  return Json::object({{"revisions", revisions},
                       {"not_run", Json::of(comparison.not_run)},
                       {"not_rehearsed", Json::of(comparison.not_rehearsed)},
                       {"unknown", comparison.unknown}});
}

}  // namespace orchestrate::rehearsal
