#include <algorithm>

#include "review/sql_tree.hpp"

namespace orchestrate::sql_tree {
namespace {

using Statements = std::vector<Statement>;

void add_columns_in(const Json& expression, std::vector<std::string>& columns) {
  if (expression.is_array())
    for (const Json& item : expression.as_array()) add_columns_in(item, columns);
  if (!expression.is_object()) return;
  const auto names = texts(expression["ColumnRef"]["fields"]);
  if (!names.empty()) columns.push_back(names.back());
  for (const auto& [name, member] : expression.as_object()) add_columns_in(member, columns);
}

/// `column`: of which it is a part; empty: of the table.
void add_key(Statement& table, const Json& constraint, const std::string& column) {
  const ConstraintType type = constraint_type(constraint);
  if (type == ConstraintType::check) add_columns_in(constraint["raw_expr"], table.checked);
  if (type == ConstraintType::none || type == ConstraintType::check) return;
  NewKey key{.type = type, .referenced = texts(constraint["pk_attrs"])};
  for (const std::string_view columns : {"fk_attrs", "keys"})
    for (std::string& name : texts(constraint[columns])) key.columns.push_back(std::move(name));
  if (!column.empty()) key.columns = {column};
  if (constraint["pktable"].is_object()) key.table = about(StatementKind::read, constraint["pktable"]).table;
  table.new_keys.push_back(std::move(key));
}

void add_column(Statement& table, const Json& column) {
  const std::string name = column.text_or("colname");
  table.columns.push_back(name);
  table.new_columns.push_back({name, type_text(column["typeName"])});
  for (const Json& constraint : items(column["constraints"])) {
    const std::string kind = constraint["Constraint"].text_or("contype");
    table.new_columns.back().not_null |= kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY";
    add_reference(table, constraint["Constraint"]["pktable"]);
    add_key(table, constraint["Constraint"], name);
  }
}

}  // namespace

Statements create_table(const Json& body) {
  Statement statement = about(StatementKind::create_table, body["relation"]);
  statement.unlogged = body["relation"].text_or("relpersistence") == "u";
  statement.if_not_exists = is_true(body["if_not_exists"]);
  for (const Json& parent : items(body["inhRelations"])) add_reference(statement, parent);
  statement.is_part = !body["partbound"].is_null();
  statement.hides_columns = !body["inhRelations"].is_null() || !body["ofTypename"].is_null();
  for (const Json& element : items(body["tableElts"])) {
    add_reference(statement, element["Constraint"]["pktable"]);
    if (element["Constraint"].is_object()) add_key(statement, element["Constraint"], {});
    if (element["ColumnDef"].is_object()) add_column(statement, element["ColumnDef"]);
    statement.hides_columns |= element["TableLikeClause"].is_object();
  }
  return {statement};
}

Statements create_table_as(const Json& body) {
  Statements found = query(body["query"]);
  if (found.size() == 1 && found[0].kind == StatementKind::read) found.clear();
  Statement statement = about(StatementKind::create_table, body["into"]["rel"]);
  statement.hides_columns = true;
  statement.copies_rows = !is_true(body["into"]["skipData"]);
  if (body.text_or("objtype") == "OBJECT_MATVIEW") {
    statement.kind = StatementKind::create_object;
    statement.object = ObjectKind::materialized_view;
  }
  statement.if_not_exists = is_true(body["if_not_exists"]);
  found.push_back(statement);
  return found;
}

}  // namespace orchestrate::sql_tree
