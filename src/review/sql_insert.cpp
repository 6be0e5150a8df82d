#include <algorithm>

#include "review/secrets.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate::sql_tree {
namespace {

/// A literal under any number of casts.
const Json& literal(const Json& node) {
  const Json* inner = &node;
  while ((*inner)["TypeCast"].is_object()) inner = &(*inner)["TypeCast"]["arg"];
  return (*inner)["A_Const"];
}

void look_at_value(Statement& statement, const std::string& column, const Json& value) {
  const Json& constant = literal(value);
  statement.gives_id |= statement.kind == StatementKind::insert_rows && column == "id" && constant["ival"].is_object();
  const std::string text = constant["sval"].text_or("sval");
  if (!text.empty() && names_a_secret(column)) statement.secrets.push_back(text);
}

/// `column = constant`, `column IN (constants)`, and what AND adds to them.
void add_compared_columns(Statement& statement, const Json& where) {
  if (where["BoolExpr"].text_or("boolop") == "AND_EXPR")
    for (const Json& part : items(where["BoolExpr"]["args"])) add_compared_columns(statement, part);
  const Json& expression = where["A_Expr"];
  const std::string kind = expression.text_or("kind");
  if ((kind != "AEXPR_OP" && kind != "AEXPR_IN") || texts(expression["name"]) != std::vector<std::string>{"="}) return;
  const auto column = texts(expression["lexpr"]["ColumnRef"]["fields"]);
  const Json& right = expression["rexpr"];
  const auto is_constant = [](const Json& node) { return literal(node).is_object() || node["ParamRef"].is_object(); };
  const bool constant =
      kind == "AEXPR_IN" ? std::ranges::all_of(items(right["List"]["items"]), is_constant) : is_constant(right);
  if (!column.empty() && constant) statement.columns.push_back(column.back());
}

std::vector<std::string> target_names(const Json& targets) {
  std::vector<std::string> names;
  for (const Json& target : items(targets)) names.push_back(target["ResTarget"].text_or("name"));
  return names;
}

bool computes_from_rows(const Json& node) {
  if (node.is_array()) return std::ranges::any_of(node.as_array(), computes_from_rows);
  if (!node.is_object()) return false;
  if (node["SubLink"].is_object() || node["ColumnRef"].is_object()) return true;
  const auto function = texts(node["FuncCall"]["funcname"]);
  if (!function.empty() && (function.back() == "max" || function.back() == "nextval")) return true;
  return std::ranges::any_of(node.as_object(), [](const auto& member) { return computes_from_rows(member.second); });
}

}  // namespace

void look_at_values(Statement& statement, const Json& body) {
  add_compared_columns(statement, body["whereClause"]);
  for (const Json& target : items(body["targetList"]))
    look_at_value(statement, target["ResTarget"].text_or("name"), target["ResTarget"]["val"]);
  if (statement.kind != StatementKind::insert_rows) return;
  const Json& select = body["selectStmt"]["SelectStmt"];
  statement.copies_rows = select.is_object() && select["valuesLists"].is_null() && !select["fromClause"].is_null();
  const auto columns = target_names(body["cols"]);
  for (const Json& row : items(select["valuesLists"])) {
    const Json::Array& values = items(row["List"]["items"]);
    for (std::size_t i = 0; i < values.size() && i < columns.size(); ++i)
      look_at_value(statement, columns[i], values[i]);
  }
}

Statement setval(const Json& arguments) {
  Statement statement;
  statement.kind = StatementKind::alter_object;
  statement.object = ObjectKind::sequence;
  const Json::Array& given = items(arguments);
  // pg_get_serial_sequence('cfg.panels', 'id') names it by its column.
  if (!given.empty()) statement.table.name = literal(given[0])["sval"].text_or("sval");
  const std::size_t dot = statement.table.name.find('.');
  if (dot != std::string::npos) {
    statement.table = {statement.table.name.substr(0, dot), statement.table.name.substr(dot + 1)};
    statement.qualified = true;
  }
  const bool is_computed = given.size() > 1 && computes_from_rows(given[1]);
  statement.what = is_computed ? "SETVAL" : "RESTART";
  return statement;
}

}  // namespace orchestrate::sql_tree
