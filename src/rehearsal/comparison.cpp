#include "rehearsal/comparison.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "rehearsal/telling.hpp"
#include "review/sql.hpp"

namespace orchestrate::rehearsal {
namespace {

using Kind = StatementKind;

/// The application writes rows all the time, but does not change the schema.
bool changes_schema(const Statement& statement) {
  static constexpr std::array others = {Kind::insert_rows, Kind::update_rows,   Kind::delete_rows,
                                        Kind::read,        Kind::set_parameter, Kind::control_transaction,
                                        Kind::lock_table,  Kind::opaque,        Kind::access_host,
                                        Kind::rebuild,     Kind::change_cluster};
  return std::ranges::find(others, statement.kind) == others.end();
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

std::optional<Comparison> compare(const Json& facts, std::span<const StatementCount> ran) {
  if (!facts["statements"].is_array()) return std::nullopt;
  const Json::Array& statements = facts["statements"].as_array();
  std::map<std::string, Ran> real = by_fingerprint(ran);
  std::map<std::string, std::uint64_t> rehearsed;  // how often
  for (const Json& statement : statements) {
    if (!statement["fingerprints"].is_array()) return std::nullopt;
    for (const std::string& fingerprint : statement["fingerprints"].as_strings()) ++rehearsed[fingerprint];
  }
  Comparison comparison;
  for (const Json& statement : statements) {
    const std::string id = statement.text_or("revision");
    if (id.empty()) continue;
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
  if (statements.size() == most_statements) return comparison;  // the rest of what was rehearsed is not known
  for (const StatementCount& count : ran) {
    const auto fingerprints = fingerprints_of_sql(count.sql);
    const bool is_known =
        std::ranges::all_of(fingerprints, [&](const std::string& f) { return rehearsed.contains(f); });
    if (!is_known && std::ranges::any_of(statements_of_sql(count.sql), changes_schema))
      comparison.not_rehearsed.push_back(without_literals(count.sql));
  }
  return comparison;
}

std::vector<std::string> lines_of(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const auto& [id, rehearsed, real] : comparison.revisions)
    lines.push_back(fmt::format("{} ran {}, on the copy {}", id, text_of(real), text_of(rehearsed)));
  for (const std::string& sql : comparison.not_run) lines.push_back("ran on the copy and not here: " + sql);
  for (const std::string& sql : comparison.not_rehearsed)
    lines.push_back("ran here meanwhile and not on the copy: " + sql);
  return lines;
}

Json to_json(const Comparison& comparison) {
  Json revisions = Json::object();
  for (const auto& [id, rehearsed, real] : comparison.revisions)
    revisions.set(id, Json::object({{"rehearsed_us", rehearsed.count()}, {"took_us", real.count()}}));
  return Json::object({{"revisions", revisions},
                       {"not_run", Json::of(comparison.not_run)},
                       {"not_rehearsed", Json::of(comparison.not_rehearsed)}});
}

}  // namespace orchestrate::rehearsal
