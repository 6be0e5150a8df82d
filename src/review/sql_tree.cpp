#include "review/sql_tree.hpp"

namespace orchestrate::sql_tree {

std::pair<std::string_view, const Json*> unwrapped(const Json& node) {
  if (!node.is_object() || node.as_object().size() != 1) return {{}, &node};
  const auto& [name, body] = node.as_object().front();
  return {name, &body};
}

const Json::Array& items(const Json& node) {
  static const Json::Array none;
  return node.is_array() ? node.as_array() : none;
}

Statement about(StatementKind kind, const Json& range_var) {
  const auto [name, wrapped] = unwrapped(range_var);
  const Json& relation = name == "RangeVar" ? *wrapped : range_var;
  Statement statement;
  statement.kind = kind;
  statement.qualified = !relation["schemaname"].is_null();
  statement.table = {relation.text_or("schemaname", "public"), relation.text_or("relname")};
  statement.temporary = relation.text_or("relpersistence") == "t";
  return statement;
}

void add_reference(Statement& statement, const Json& range_var) {
  if (range_var.is_object()) statement.references.push_back(about(StatementKind::read, range_var).table);
}

std::vector<std::string> texts(const Json& strings) {
  std::vector<std::string> found;
  for (const Json& item : items(strings))
    if (const auto [name, body] = unwrapped(item); name == "String") found.push_back(body->text_or("sval"));
  return found;
}

Statement about_name(StatementKind kind, const Json& strings) {
  Statement statement;
  statement.kind = kind;
  const auto parts = texts(strings);
  if (!parts.empty()) statement.table.name = parts.back();
  if (parts.size() > 1) statement.table.schema = parts[parts.size() - 2];
  statement.qualified = parts.size() > 1;
  return statement;
}

Statement about_part_of_table(StatementKind kind, const Json& strings) {
  Statement statement;
  statement.kind = kind;
  const auto parts = texts(strings);
  if (parts.size() < 2) return opaque("it drops a part of a table that is not named");
  statement.name = parts.back();
  statement.table.name = parts[parts.size() - 2];
  statement.qualified = parts.size() > 2;
  if (statement.qualified) statement.table.schema = parts[parts.size() - 3];
  return statement;
}

Statement command(StatementKind kind, std::string words) {
  Statement statement;
  statement.kind = kind;
  statement.what = std::move(words);
  return statement;
}

std::string type_text(const Json& type_name) {
  std::string text;
  for (const std::string& part : texts(type_name["names"]))
    if (part != "pg_catalog") text += (text.empty() ? "" : ".") + part;
  std::string modifiers;
  for (const Json& modifier : items(type_name["typmods"])) {
    const Json& number = modifier["A_Const"]["ival"];
    if (number.is_object()) modifiers += (modifiers.empty() ? "" : ",") + std::to_string(number.integer_or("ival", 0));
  }
  if (!modifiers.empty()) text += "(" + modifiers + ")";
  if (!items(type_name["arrayBounds"]).empty()) text += "[]";
  return text;
}

}  // namespace orchestrate::sql_tree
