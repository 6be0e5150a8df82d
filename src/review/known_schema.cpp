#include "review/known_schema.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// Of a CHECK whose text nobody knows: it may be about any column.
constexpr const char* some_check = "CHECK";

TableFacts new_table(const Statement& s) {
  TableFacts table;
  table.rows = -1;
  if (s.hides_columns) return table;
  for (const NewColumn& column : s.new_columns) table.columns[column.name] = {sql_type(column.type), column.not_null};
  for (const NewKey& key : s.new_keys) {
    if (key.type == ConstraintType::foreign_key) table.parents.push_back(key.table);
    if (key.type == ConstraintType::primary_key)
      for (const std::string& name : key.columns)
        if (const auto column = table.columns.find(name); column != table.columns.end()) column->second.not_null = true;
    if (key.type == ConstraintType::foreign_key || key.type == ConstraintType::exclude) continue;
    std::string name = s.table.name;
    for (const std::string& column : key.columns) name += "_" + column;
    table.indexes[name] = {.columns = key.columns, .unique = key.type != ConstraintType::none};
  }
  for (const std::string& column : s.checked)
    table.constraints["check of " + column] = {column.empty() ? some_check : "CHECK (" + column + ")"};
  return table;
}

/// As PostgreSQL would call it.
std::string name_of_constraint(const Statement& s) {
  if (!s.is_unnamed) return s.name;
  std::string name = s.table.name;
  for (const std::string& column : s.columns) name += "_" + column;
  switch (s.constraint) {
    case ConstraintType::primary_key:
      return s.table.name + "_pkey";
    case ConstraintType::foreign_key:
      return name + "_fkey";
    case ConstraintType::unique:
      return name + "_key";
    default:
      return name + "_check";
  }
}

void add_constraint(TableFacts& table, const Statement& s) {
  const std::string name = name_of_constraint(s);
  const bool is_key = s.constraint == ConstraintType::primary_key || s.constraint == ConstraintType::unique;
  if (is_key && !s.using_index) table.indexes[name] = {.columns = s.columns, .unique = true};
  if (s.constraint == ConstraintType::primary_key) {
    const auto index = table.indexes.find(s.using_index ? s.index : name);
    if (index != table.indexes.end())
      for (const std::string& column : index->second.columns) table.columns[column].not_null = true;
  }
  if (s.constraint == ConstraintType::foreign_key)
    table.parents.insert(table.parents.end(), s.references.begin(), s.references.end());
  if (s.constraint != ConstraintType::check) return;
  const std::string condition = s.proves_not_null.empty() ? s.condition : "(" + s.proves_not_null + " IS NOT NULL)";
  table.constraints[name] = {condition.empty() ? some_check : "CHECK " + condition, !s.not_valid && !s.conditional};
}

void drop_constraint(TableFacts& table, const Statement& s) {
  table.indexes.erase(s.name);
  if (table.constraints.erase(s.name) > 0) return;
  for (auto& [name, constraint] : table.constraints) constraint.validated = false;  // it may be any of them
}

void drop_column(TableFacts& table, const std::string& column) {
  table.columns.erase(column);
  std::erase_if(table.indexes, [&](const auto& entry) {
    return std::ranges::find(entry.second.columns, column) != entry.second.columns.end();
  });
  std::erase_if(table.constraints, [&](const auto& entry) { return holds_word(entry.second.definition, column); });
}

void rename_column(TableFacts& table, const Statement& s) {
  const auto column = table.columns.extract(s.name);
  table.columns.erase(s.new_name);
  if (!column.empty()) table.columns[s.new_name] = column.mapped();
  for (auto& [name, index] : table.indexes) std::ranges::replace(index.columns, s.name, s.new_name);
  for (auto& [name, constraint] : table.constraints)
    if (holds_word(constraint.definition, s.name)) constraint.definition = some_check;
}

bool is_plain(const Statement& index) {
  const bool computes = std::ranges::find(index.columns, "") != index.columns.end();
  return index.method.empty() && !index.is_partial && !computes;
}

/// Of one that is known.
void change(TableFacts& table, const Statement& s) {
  switch (s.kind) {
    case Kind::add_column:
      if (s.conditional || s.if_not_exists)
        table.columns.erase(s.name);
      else
        table.columns[s.name] = {sql_type(s.type), s.not_null};
      return;
    case Kind::drop_column:
      return drop_column(table, s.name);
    case Kind::rename_column:
      return rename_column(table, s);
    case Kind::set_type:
      if (s.conditional)
        table.columns.erase(s.name);
      else
        table.columns[s.name].type = sql_type(s.type);
      return;
    case Kind::set_not_null:
    case Kind::drop_not_null:
      if (const auto column = table.columns.find(s.name); column != table.columns.end())
        column->second.not_null = s.kind == Kind::set_not_null && !s.conditional;
      return;
    case Kind::create_index:
      if (!s.conditional && !s.if_not_exists)
        table.indexes[s.name] = {.columns = s.columns, .unique = s.unique, .plain = is_plain(s)};
      return;
    case Kind::add_constraint:
      if (!s.conditional || s.constraint == ConstraintType::check) add_constraint(table, s);
      return;
    case Kind::drop_constraint:
      return drop_constraint(table, s);
    case Kind::validate_constraint:
      if (const auto found = table.constraints.find(s.name); found != table.constraints.end() && !s.conditional)
        found->second.validated = true;
      return;
    default:
      return;
  }
}

void forget_users(Facts& facts) {
  for (auto& [name, domain] : facts.domains) domain.are_tables_known = false;
}

/// It stays by its name, with nothing that is known of it, lest another one of that name be taken for it.
void forget(Facts& facts, const TableName& table, bool qualified) {
  const TableName* known = facts.full_name(table, qualified);
  TableFacts nothing;
  nothing.rows = -1;
  facts.tables[known ? *known : table] = std::move(nothing);
}

/// It has another name, or is gone.
void move_table(Facts& facts, const Statement& s) {
  const TableName* known = facts.full_name(s.table, s.qualified);
  const TableName name = known ? *known : s.table;
  TableName target = name;
  (s.kind == Kind::move_table ? target.schema : target.name) = s.new_name;
  if (!known || s.conditional) {
    forget(facts, name, true);
    if (s.kind != Kind::drop_table) forget(facts, target, true);
    return forget_users(facts);
  }
  TableFacts table = std::move(facts.tables.at(name));
  facts.tables.erase(name);
  if (s.kind == Kind::drop_table) return;
  facts.tables[target] = std::move(table);
  forget_users(facts);
}

/// The table has a column of that type, which may be a domain.
void use_type(Facts& facts, const std::string& type, const TableName& table) {
  const auto domain = facts.domains.find(bare_name(type));
  if (domain == facts.domains.end()) return;
  std::vector<TableName>& tables = domain->second.tables;
  if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
}

void create_table(Facts& facts, const Statement& s) {
  for (const NewColumn& column : s.new_columns) use_type(facts, column.type, s.table);
  if (s.hides_columns) forget_users(facts);
  if (s.hides_columns || s.is_part)  // what its parents are told reaches it, too
    for (const TableName& parent : s.references) forget(facts, parent, is_qualified(parent));
  if (s.temporary) return;
  const bool is_sure = !s.conditional && !s.if_not_exists;
  if (is_sure)
    facts.tables[s.table] = new_table(s);
  else
    forget(facts, s.table, s.qualified);
}

/// What was checked stays so: its name may stand for another one's.
void change_domain(Facts& facts, const Statement& s) {
  if (s.kind == Kind::drop_object) return;
  const bool is_new = s.kind == Kind::create_object && !s.conditional;
  const auto [domain, is_first] = facts.domains.try_emplace(s.table.name, DomainFacts{.are_tables_known = is_new});
  domain->second.is_checked |= s.has_checked_domain;
  const auto base = facts.domains.find(bare_name(s.type));
  if (base != facts.domains.end()) {
    domain->second.is_checked |= base->second.is_checked;
    base->second.are_tables_known = false;
  }
  if (s.new_name.empty()) return;
  const bool is_checked = domain->second.is_checked;
  facts.domains[s.new_name] = {.is_checked = is_checked, .tables = {}, .are_tables_known = false};
}

/// An index, or a constraint with its index, has another name.
void rename_index(Facts& facts, const Statement& s) {
  for (auto& [name, table] : facts.tables)
    for (const std::string& index : {s.name, s.table.name, s.new_name}) table.indexes.erase(index);
}

}  // namespace

bool holds_word(std::string_view expression, std::string_view column) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  if (expression == some_check) return true;
  for (std::size_t at = expression.find(column); at != std::string_view::npos; at = expression.find(column, at + 1)) {
    const std::size_t end = at + column.size();
    const bool begins = at == 0 || !is_part(expression[at - 1]);
    if (begins && (end == expression.size() || !is_part(expression[end]))) return true;
  }
  return false;
}

std::string bare_name(std::string_view type) {
  type = type.substr(0, type.find_first_of("(["));
  return std::string(type.substr(type.rfind('.') + 1));
}

void follow(Facts& facts, const Statement& s) {
  switch (s.kind) {
    case Kind::opaque:
    case Kind::access_host:
      if (!s.table.name.empty()) return forget(facts, s.table, s.qualified);  // a change of that table, whatever it is
      for (auto& [name, table] : facts.tables) table = {.rows = -1};
      return forget_users(facts);
    case Kind::drop_schema:
      std::erase_if(facts.tables, [&](const auto& entry) { return entry.first.schema == s.table.name; });
      return;
    case Kind::create_table:
      return create_table(facts, s);
    case Kind::drop_table:
    case Kind::rename_table:
    case Kind::move_table:
      return move_table(facts, s);
    case Kind::create_object:
    case Kind::alter_object:
    case Kind::drop_object:
      if (s.object == ObjectKind::domain) change_domain(facts, s);
      if (s.object == ObjectKind::index || s.object == ObjectKind::constraint) rename_index(facts, s);
      return;
    case Kind::attach_partition:
    case Kind::detach_partition:
    case Kind::alter_table:  // INHERIT among others
      if (!s.references.empty()) forget(facts, s.table, s.qualified);
      for (const TableName& other : s.references) forget(facts, other, is_qualified(other));
      return;
    case Kind::drop_index:
      for (auto& [name, table] : facts.tables) table.indexes.erase(s.name);
      return;
    default:
      if (s.kind == Kind::add_column || s.kind == Kind::set_type) use_type(facts, s.type, s.table);
      if (const TableName* name = facts.full_name(s.table, s.qualified)) change(facts.tables.at(*name), s);
  }
}

Facts facts_after(std::span<const ReadRevision> history) {
  Facts facts;
  facts.is_whole = false;
  for (const ReadRevision& revision : history)
    for (const Statement& statement : revision.statements) follow(facts, statement);
  return facts;
}

}  // namespace orchestrate
