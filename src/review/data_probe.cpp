#include "review/data_probe.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "review/rule.hpp"
#include "review/sql.hpp"
#include "review/type_effect.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;
using Meaning = DataProbe::Meaning;

std::string sql_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::string sql_name(const TableName& table) {
  return sql_name(table.schema) + "." + sql_name(table.name);
}

std::string any_of(const TableName& table, std::string_view where) {
  return fmt::format("SELECT count(*) FROM (SELECT FROM {} t{}{} LIMIT 1) found", sql_name(table),
                     where.empty() ? "" : " WHERE ", where);
}

/// `t."a" IS NOT NULL AND t."b" IS NOT NULL`: a key with a NULL in it is equal to no other, and refers to nothing.
std::string is_whole(const std::vector<std::string>& columns) {
  std::vector<std::string> tests;
  for (const std::string& column : columns) tests.push_back("t." + sql_name(column) + " IS NOT NULL");
  return fmt::format("{}", fmt::join(tests, " AND "));
}

std::string listed(const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back("t." + sql_name(column));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool are_named(const std::vector<std::string>& columns) {
  return !columns.empty() && std::ranges::none_of(columns, &std::string::empty);
}

/// The number of varchar(20); 0: it is none such, or has no limit.
int limit_of_text(std::string_view type) {
  int limit = 0;
  if (!type.starts_with("varchar(") && !type.starts_with("character varying(")) return 0;
  for (const char c : type.substr(type.find('(') + 1)) {
    if (c < '0' || c > '9' || limit > 100'000'000) break;
    limit = limit * 10 + (c - '0');
  }
  return limit;
}

/// As `definition` would be added: `CHECK ((a > 0))`.
Statement added_as(const std::string& definition) {
  const auto same = statements_of_sql("ALTER TABLE t ADD " + definition);
  return same.size() == 1 ? same[0] : Statement();
}

class Probing {
 public:
  explicit Probing(const Facts& facts) : facts_(facts) {}

  void visit(const Statement& s) {
    if (const TableName* table = facts_.full_name(s.table, s.qualified); table && is_as_it_was(s, *table))
      ask(s, *table);
    note(s);
  }
  std::vector<DataProbe> take() { return std::move(probes_); }

 private:
  using Columns = std::vector<std::string>;

  void ask(const Statement& s, const TableName& table) {
    switch (s.kind) {
      case Kind::set_not_null:
        if (!s.skips_scan) ask_for_nulls(s, table, {s.name});
        break;
      case Kind::add_column:
        if (s.not_null && !s.server_default && !s.if_not_exists)
          refuse(s, {table}, any_of(table, ""),
                 fmt::format("rows of {}, where {} would be NULL", table.text(), s.name));
        break;
      case Kind::add_constraint:
        if (!s.not_valid && !s.using_index) ask_of_constraint(s, s, table);
        break;
      case Kind::validate_constraint:
        ask_of_constraint(s, as_added(s, table), table);
        break;
      case Kind::create_index:
        if (s.unique && !s.is_partial) ask_for_duplicates(s, table, s.columns);
        break;
      case Kind::set_type:
        ask_for_misfits(s, table);
        break;
      case Kind::drop_table:
      case Kind::truncate:
        lose(s, fmt::format("SELECT count(*) FROM {}", sql_name(table)), "rows of " + table.text());
        break;
      case Kind::delete_rows:
        if (!s.has_where) lose(s, fmt::format("SELECT count(*) FROM {}", sql_name(table)), "rows of " + table.text());
        break;
      case Kind::drop_column:
        if (has_column(table, s.name))
          lose(s, fmt::format("SELECT count(t.{}) FROM {} t", sql_name(s.name), sql_name(table)),
               fmt::format("values of {}.{}", table.text(), s.name));
        break;
      default:
        break;
    }
  }

  void ask_of_constraint(const Statement& s, const Statement& added, const TableName& table) {
    if (added.constraint == ConstraintType::check && !added.condition.empty())
      refuse(s, {table}, any_of(table, "NOT " + added.condition),
             fmt::format("rows of {} for which {} is false", table.text(), added.condition));
    if (added.constraint == ConstraintType::unique) ask_for_duplicates(s, table, added.columns);
    if (added.constraint == ConstraintType::primary_key) {
      ask_for_nulls(s, table, added.columns);
      ask_for_duplicates(s, table, added.columns);
    }
    if (added.constraint == ConstraintType::foreign_key) ask_for_orphans(s, added, table);
  }

  void ask_for_nulls(const Statement& s, const TableName& table, const Columns& columns) {
    for (const std::string& column : columns)
      if (has_column(table, column))
        refuse(s, {table}, any_of(table, "t." + sql_name(column) + " IS NULL"),
               fmt::format("rows of {} whose {} is NULL", table.text(), column));
  }

  void ask_for_duplicates(const Statement& s, const TableName& table, const Columns& columns) {
    if (!are_named(columns) || !has_columns(table, columns)) return;
    const std::string groups = fmt::format("{} GROUP BY {} HAVING count(*) > 1", is_whole(columns), listed(columns));
    refuse(s, {table}, any_of(table, groups),
           fmt::format("rows of {} that share their ({})", table.text(), fmt::join(columns, ", ")));
  }

  void ask_for_orphans(const Statement& s, const Statement& added, const TableName& table) {
    if (added.references.size() != 1 || !are_named(added.columns) || !has_columns(table, added.columns)) return;
    const TableName* parent = facts_.full_name(added.references[0], added.references[0].schema != "public");
    if (!parent || made_anew_.contains(*parent)) return;
    const Columns keys = added.referenced_columns.empty() ? primary_key(*parent) : added.referenced_columns;
    if (keys.size() != added.columns.size() || !has_columns(*parent, keys)) return;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < keys.size(); ++i)
      same.push_back(fmt::format("p.{} = t.{}", sql_name(keys[i]), sql_name(added.columns[i])));
    refuse(s, {table, *parent},
           any_of(table, fmt::format("{} AND NOT EXISTS (SELECT FROM {} p WHERE {})", is_whole(added.columns),
                                     sql_name(*parent), fmt::join(same, " AND "))),
           fmt::format("rows of {} whose ({}) is not in {}", table.text(), fmt::join(added.columns, ", "),
                       parent->text()));
  }

  void ask_for_misfits(const Statement& s, const TableName& table) {
    const std::string type = sql_type(s.type);
    const auto parsed = statements_of_sql("ALTER TABLE t ALTER c TYPE " + type);
    const bool is_one_type = parsed.size() == 1 && parsed[0].kind == Kind::set_type;
    if (s.computes || !is_one_type || type == "TYPE" || !has_column(table, s.name)) return;
    if (type_effect(s.old_type, s.type) == TypeEffect::none) return;
    const std::string column = "t." + sql_name(s.name);
    if (const int limit = limit_of_text(type); limit > 0)
      return refuse(s, {table}, any_of(table, fmt::format("length(rtrim({}::text)) > {}", column, limit)),
                    fmt::format("rows of {} whose {} is longer than {}", table.text(), s.name, limit));
    refuse(s, {table}, fmt::format("SELECT 0 * count({}::{}) FROM {} t", column, type, sql_name(table)),
           fmt::format("rows of {} whose {} is no {}", table.text(), s.name, type));
  }

  void refuse(const Statement& s, const std::vector<TableName>& tables, std::string sql, std::string rows) {
    const bool still_true =
        !all_written_ && !s.conditional &&
        std::ranges::none_of(tables, [&](const TableName& table) { return written_.contains(table); });
    probes_.push_back({&s, Meaning::refuses, std::move(sql), std::move(rows), still_true});
  }

  void lose(const Statement& s, std::string sql, std::string rows) {
    probes_.push_back({&s, Meaning::loses, std::move(sql), std::move(rows)});
  }

  /// The constraint that is validated, as the set itself or the catalog has it.
  Statement as_added(const Statement& s, const TableName& table) const {
    for (const Statement* before : added_)
      if (before->name == s.name && before->table == s.table) return *before;
    const auto& constraints = facts_.tables.at(table).constraints;
    const auto found = constraints.find(s.name);
    if (found == constraints.end() || found->second.validated) return {};
    Statement added = added_as(found->second.definition);
    return added;
  }

  Columns primary_key(const TableName& table) const {
    for (const auto& [name, constraint] : facts_.tables.at(table).constraints)
      if (constraint.definition.starts_with("PRIMARY KEY")) return added_as(constraint.definition).columns;
    return {};
  }

  bool has_column(const TableName& table, const std::string& column) const {
    return facts_.tables.at(table).columns.contains(column) && !changed_.contains({table, column});
  }
  bool has_columns(const TableName& table, const Columns& columns) const {
    return std::ranges::all_of(columns, [&](const std::string& column) { return has_column(table, column); });
  }
  bool is_as_it_was(const Statement& s, const TableName& table) const {
    return !s.on_new_table && !made_anew_.contains(table);
  }

  void note(const Statement& s) {
    static constexpr std::array of_rows = {Kind::insert_rows, Kind::update_rows, Kind::delete_rows, Kind::truncate};
    static constexpr std::array of_column = {Kind::add_column, Kind::drop_column, Kind::rename_column, Kind::set_type};
    static constexpr std::array hidden = {Kind::opaque, Kind::access_host, Kind::control_transaction};
    const TableName* known = facts_.full_name(s.table, s.qualified);
    const TableName table = known ? *known : s.table;
    const auto is_of = [&](const auto& kinds) { return std::ranges::find(kinds, s.kind) != kinds.end(); };
    if (is_of(of_rows)) written_.insert(table);
    if (is_of(of_rows) && s.kind != Kind::insert_rows) all_written_ |= !facts_children(table).empty();
    if (is_of(hidden)) all_written_ = true;
    if (is_of(of_column)) changed_.insert({table, s.name});
    if (s.kind == Kind::rename_column) changed_.insert({table, s.new_name});
    if (s.kind == Kind::add_constraint) added_.push_back(&s);
    if (s.kind == Kind::create_table || s.kind == Kind::drop_table) made_anew_.insert(table);
    if (s.kind == Kind::rename_table) made_anew_.insert({table, TableName{table.schema, s.new_name}});
    if (s.kind == Kind::move_table) made_anew_.insert({table, TableName{s.new_name, table.name}});
  }

  /// What a DELETE or TRUNCATE there may reach by ON DELETE CASCADE.
  const std::vector<TableName>& facts_children(const TableName& table) const {
    static const std::vector<TableName> none;
    const auto found = facts_.tables.find(table);
    return found == facts_.tables.end() ? none : found->second.children;
  }

  const Facts& facts_;
  std::vector<DataProbe> probes_;
  std::vector<const Statement*> added_;                  ///< constraints of the set
  std::set<TableName> written_;                          ///< rows of which the set has changed
  bool all_written_ = false;                             ///< or nobody can tell of which
  std::set<TableName> made_anew_;                        ///< other tables than those that are there now
  std::set<std::pair<TableName, std::string>> changed_;  ///< columns
};

std::string told(const DataAnswer& answer) {
  const DataProbe& probe = answer.probe;
  const RowCount& found = answer.found;
  const bool counts = probe.meaning == Meaning::loses;
  const std::string what = counts ? "how many " + probe.rows + " there are" : "whether there are " + probe.rows;
  if (!found.rows && !found.refused) return fmt::format("; {} is not known: {}", what, found.why);
  if (counts) return fmt::format("; {} {} now", found.rows.value_or(0), probe.rows);
  const bool some = found.refused || *found.rows > 0;
  return fmt::format("; there are {}{} now", some ? "" : "no ", probe.rows);
}

}  // namespace

std::vector<DataProbe> data_probes(std::span<const ReadRevision> revisions, const Facts& facts) {
  Probing probing(facts);
  for (const ReadRevision& revision : revisions)
    for (const Statement& statement : revision.statements) probing.visit(statement);
  return probing.take();
}

bool DataAnswer::is_in_the_way() const {
  return probe.meaning == Meaning::refuses && probe.still_true && (found.refused || found.rows.value_or(0) > 0);
}

std::string told_by(std::span<const DataAnswer> answers, const Statement& statement) {
  std::string text;
  for (const DataAnswer& answer : answers)
    if (answer.probe.statement == &statement) text += told(answer);
  return text;
}

}  // namespace orchestrate
