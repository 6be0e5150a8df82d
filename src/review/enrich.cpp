#include "review/enrich.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "review/known_schema.hpp"
#include "review/sql.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// The column of CHECK (column IS NOT NULL); empty: it is another one.
std::string proven_not_null(const std::string& definition) {
  const auto same = statements_of_sql("ALTER TABLE t ADD " + definition);
  return same.size() == 1 ? same[0].proves_not_null : "";
}

class Enriching {
 public:
  explicit Enriching(Facts facts) : facts_(std::move(facts)) {}

  void enrich(Statement& s) {
    if (s.kind == Kind::drop_index && s.table.name.empty()) name_table(s);
    const TableFacts* table = facts_.find(s.table, s.qualified);
    if (table && s.kind == Kind::set_type) take_old_type(s, *table);
    if (table && s.kind == Kind::set_not_null) s.skips_scan = is_not_null(s, *table);
    if (table && s.kind == Kind::add_constraint && s.using_index) s.skips_scan |= has_no_null(s, *table);
    if (s.kind == Kind::add_column) s.has_checked_domain = is_checked_domain(s.type);
    if (s.kind == Kind::alter_object && s.object == ObjectKind::domain) take_users(s);
    if (table && s.kind == Kind::drop_table)
      s.references.insert(s.references.end(), table->parents.begin(), table->parents.end());
    follow(facts_, s);
  }

 private:
  bool is_checked_domain(const std::string& type) const {
    const std::string name = bare_name(type);
    const auto domain = facts_.domains.find(name);
    return domain != facts_.domains.end() && domain->second.is_checked;
  }

  /// Which tables the rules of a domain reach. A domain that the set makes is of tables that it makes.
  void take_users(Statement& s) const {
    const auto domain = facts_.domains.find(s.table.name);
    if (domain == facts_.domains.end() || !domain->second.are_tables_known) return;
    s.references = domain->second.tables;
    s.hidden_reference.clear();
    s.skips_scan |= s.references.empty();
  }

  bool is_older_than_12() const { return facts_.server_version > 0 && facts_.server_version < 120000; }

  void name_table(Statement& s) const {
    for (const auto& [name, facts] : facts_.tables)
      if (facts.indexes.contains(s.name) && facts_.of_index(s.name)) {
        s.table = name;
        s.qualified = true;
      }
  }

  void take_old_type(Statement& s, const TableFacts& table) const {
    const auto column = table.columns.find(s.name);
    if (column == table.columns.end()) return;
    s.old_type = column->second.type;
    // Since PostgreSQL 12, where the session's TimeZone is UTC.
    const std::set<std::string> types = {s.old_type, sql_type(s.type)};
    s.is_free =
        facts_.is_utc && facts_.server_version >= 120000 && types == std::set<std::string>{"timestamp", "timestamptz"};
    s.is_checked = std::ranges::any_of(table.constraints, [&](const auto& entry) {
      return entry.second.definition.starts_with("CHECK") && holds_word(entry.second.definition, s.name);
    });
    // An index that computes, or leaves rows out, is built again.
    s.is_checked |= std::ranges::any_of(table.indexes, [](const auto& entry) { return !entry.second.plain; });
  }

  bool is_not_null(const Statement& s, const TableFacts& table) const {
    const auto column = table.columns.find(s.name);
    if (column != table.columns.end() && column->second.not_null) return true;
    if (is_older_than_12()) return false;
    return std::ranges::any_of(table.constraints, [&](const auto& entry) {
      return entry.second.validated && proven_not_null(entry.second.definition) == s.name;
    });
  }

  /// A primary key's columns become NOT NULL; an index of columns that are it already has nothing to look up.
  static bool has_no_null(const Statement& s, const TableFacts& table) {
    const auto index = table.indexes.find(s.index);
    if (index == table.indexes.end() || index->second.columns.empty()) return false;
    return std::ranges::all_of(index->second.columns, [&](const std::string& name) {
      const auto column = table.columns.find(name);
      return column != table.columns.end() && column->second.not_null;
    });
  }

  Facts facts_;  ///< as the statements before have left it
};

}  // namespace

std::vector<std::string> names_in(const std::vector<ReadRevision>& revisions) {
  std::set<std::string> names;
  for (const ReadRevision& revision : revisions)
    for (const Statement& s : revision.statements) {
      if (!s.table.name.empty()) names.insert(s.table.name);
      if (s.kind == Kind::drop_index || s.object == ObjectKind::extension) names.insert(s.name);
      if (!s.type.empty()) names.insert(bare_name(s.type));
      names.insert(s.needed_types.begin(), s.needed_types.end());
      for (const TableName& other : s.references) names.insert(other.name);
    }
  return {names.begin(), names.end()};
}

void enrich(std::vector<ReadRevision>& revisions, const Facts& facts) {
  Enriching enriching(facts);
  for (ReadRevision& revision : revisions)
    for (Statement& statement : revision.statements) enriching.enrich(statement);
}

}  // namespace orchestrate
