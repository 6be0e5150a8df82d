#include "review/enrich.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "review/sql.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// The column of CHECK (column IS NOT NULL); empty: it is another one.
std::string proven_not_null(const std::string& definition) {
  const auto same = statements_of_sql("ALTER TABLE t ADD " + definition);
  return same.size() == 1 ? same[0].proves_not_null : "";
}

/// `cfg.mood[]` and `mood(3)` without what is around the name.
std::string bare_name(std::string_view type) {
  type = type.substr(0, type.find_first_of("(["));
  return std::string(type.substr(type.rfind('.') + 1));
}

class Enriching {
 public:
  explicit Enriching(const Facts& facts) : facts_(facts) {}

  void enrich(Statement& s) {
    if (s.kind == Kind::drop_index && s.table.name.empty()) name_table(s);
    const TableFacts* table = facts_.find(s.table, s.qualified);
    const bool as_it_was = table && !changed_.contains({s.table, s.name}) && !changed_.contains({s.table, {}});
    if (as_it_was && s.kind == Kind::set_type) take_old_type(s, *table);
    if (as_it_was && s.kind == Kind::set_not_null) s.skips_scan = is_not_null(s, *table);
    if (table && s.kind == Kind::add_constraint && s.using_index) s.skips_scan |= has_no_null(s, *table);
    if (table && s.kind == Kind::validate_constraint) note_validation(s, *table);
    if (s.kind == Kind::add_column) s.has_checked_domain = is_checked_domain(s.type);
    if (s.kind == Kind::alter_object && s.object == ObjectKind::domain) take_users(s);
    if (table && s.kind == Kind::drop_table)
      s.references.insert(s.references.end(), table->parents.begin(), table->parents.end());
    note_change(s);
  }

 private:
  bool is_checked_domain(const std::string& type) const {
    const std::string name = bare_name(type);
    const auto domain = facts_.domains.find(name);
    return checked_domains_.contains(name) || (domain != facts_.domains.end() && domain->second.is_checked);
  }

  /// Which tables the rules of a domain reach. A domain that the set makes is of tables that it makes.
  void take_users(Statement& s) const {
    const auto domain = facts_.domains.find(s.table.name);
    const bool is_known = made_domains_.contains(s.table.name) || domain != facts_.domains.end();
    if (!is_known) return;
    if (domain != facts_.domains.end()) s.references = domain->second.tables;
    s.hidden_reference.clear();
    s.skips_scan |= s.references.empty();
  }

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
      return entry.second.definition.starts_with("CHECK") && names(entry.second.definition, s.name);
    });
  }

  /// Whether `word` stands in an expression, not as a part of another one.
  static bool names(std::string_view expression, std::string_view word) {
    const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    for (std::size_t at = expression.find(word); at != std::string_view::npos; at = expression.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      if (!is_part(expression[at - 1]) && (end == expression.size() || !is_part(expression[end]))) return true;
    }
    return false;
  }

  bool is_not_null(const Statement& s, const TableFacts& table) const {
    const auto column = table.columns.find(s.name);
    if (column != table.columns.end() && column->second.not_null) return true;
    if (facts_.server_version < 120000) return false;
    return std::ranges::any_of(table.constraints, [&](const auto& entry) {
      const bool holds = entry.second.validated || validated_.contains({s.table, entry.first});
      return holds && proven_not_null(entry.second.definition) == s.name;
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

  void note_validation(const Statement& s, const TableFacts& table) {
    if (table.constraints.contains(s.name)) validated_.insert({s.table, s.name});
  }

  void note_change(const Statement& s) {
    if (s.object == ObjectKind::domain && s.kind == Kind::create_object) made_domains_.insert(s.table.name);
    if (s.object == ObjectKind::domain && s.has_checked_domain) checked_domains_.insert(s.table.name);
    static constexpr auto of_column = std::to_array<Kind>(
        {Kind::add_column, Kind::drop_column, Kind::set_type, Kind::drop_not_null, Kind::rename_column});
    if (std::ranges::find(of_column, s.kind) != of_column.end()) changed_.insert({s.table, s.name});
    if (s.kind == Kind::rename_column) changed_.insert({s.table, s.new_name});
    if (s.kind == Kind::drop_table || s.kind == Kind::create_table) changed_.insert({s.table, {}});
    if (s.kind == Kind::rename_table) changed_.insert({TableName{s.table.schema, s.new_name}, {}});
  }

  const Facts& facts_;
  std::set<std::pair<TableName, std::string>> changed_;    ///< columns; with an empty name: the table
  std::set<std::pair<TableName, std::string>> validated_;  ///< constraints
  std::set<std::string> made_domains_, checked_domains_;   ///< by the set; bare names
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
