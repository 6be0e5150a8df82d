#include <algorithm>
#include <array>
#include <string>

#include "review/sql_conditions.hpp"
#include "review/sql_lines.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {
namespace {

using namespace sql_tree;
using Kind = StatementKind;
using Statements = std::vector<Statement>;

Statements create_index(const Json& body) {
  Statement statement = about(Kind::create_index, body["relation"]);
  statement.name = body.text_or("idxname");
  statement.concurrently = is_true(body["concurrent"]);
  statement.if_not_exists = is_true(body["if_not_exists"]);
  statement.unique = is_true(body["unique"]);
  statement.method = body.text_or("accessMethod");
  if (statement.method == "btree") statement.method.clear();
  statement.is_partial = !body["whereClause"].is_null();
  for (const Json& key : items(body["indexParams"])) statement.columns.push_back(key["IndexElem"].text_or("name"));
  return {statement};
}

Statements truncate(const Json& body) {
  Statements found;
  for (const Json& relation : items(body["relations"])) {
    found.push_back(about(Kind::truncate, relation));
    found.back().cascade = body.text_or("behavior") == "DROP_CASCADE";
  }
  return found;
}

Statements transaction(const Json& body) {
  const std::string kind = body.text_or("kind");
  const bool savepoint =
      kind == "TRANS_STMT_SAVEPOINT" || kind == "TRANS_STMT_RELEASE" || kind == "TRANS_STMT_ROLLBACK_TO";
  return {
      command(savepoint ? Kind::read : Kind::control_transaction, kind.substr(std::min<std::size_t>(11, kind.size())))};
}

Statements copy(const Json& body) {
  if (is_true(body["is_program"])) return {command(Kind::access_host, "COPY ... PROGRAM")};
  if (!body["filename"].is_null()) return {command(Kind::access_host, "COPY with a file of the server")};
  if (!is_true(body["is_from"])) return query(body["query"]);  // DELETE ... RETURNING may stand there
  Statement statement = about(Kind::insert_rows, body["relation"]);
  statement.copies_rows = true;
  return {statement};
}

Statements set_parameter(const Json& body) {
  Statement statement = command(Kind::set_parameter);
  statement.name = body.text_or("name");
  statement.only_in_transaction = is_true(body["is_local"]);
  const std::string kind = body.text_or("kind");
  if (kind == "VAR_SET_DEFAULT" || kind == "VAR_RESET") statement.new_name = "default";
  for (const Json& argument : items(body["args"])) {
    const Json& value = argument["A_Const"];
    if (value["ival"].is_object()) statement.new_name = std::to_string(value["ival"].integer_or("ival", 0));
    if (value["sval"].is_object()) statement.new_name = value["sval"].text_or("sval");
  }
  return {statement};
}

Statements vacuum(const Json& body) {
  const bool full = std::ranges::any_of(
      items(body["options"]), [](const Json& option) { return option["DefElem"].text_or("defname") == "full"; });
  if (!full) return {command(Kind::read, is_true(body["is_vacuumcmd"]) ? "VACUUM" : "ANALYZE")};
  Statements found;
  for (const Json& relation : items(body["rels"]))
    found.push_back(about(Kind::rewrite, relation["VacuumRelation"]["relation"]));
  if (found.empty()) found.push_back(opaque("VACUUM FULL of the whole database"));
  return found;
}

Statements refresh(const Json& body) {
  Statements found = of_relation(Kind::rebuild, body["relation"], ObjectKind::materialized_view);
  found[0].what = "REFRESH MATERIALIZED VIEW";
  found[0].concurrently = is_true(body["concurrent"]);
  return found;
}

Statements reindex(const Json& body) {
  Statements found = of_relation(Kind::rebuild, body["relation"], ObjectKind::index);
  found[0].what = "REINDEX";
  found[0].concurrently = std::ranges::any_of(
      items(body["params"]), [](const Json& option) { return option["DefElem"].text_or("defname") == "concurrently"; });
  if (body.text_or("kind") != "REINDEX_OBJECT_INDEX") return found;
  found[0].name = found[0].table.name;
  found[0].table.name.clear();
  return found;
}

Statements create_statistics(const Json& body) {
  const Json::Array& relations = items(body["relations"]);
  if (relations.size() != 1) return of_kind(Kind::create_object, ObjectKind::statistics);
  return of_relation(Kind::create_object, relations.front(), ObjectKind::statistics);
}

Statements cluster(const Json& body) {
  Statements found = of_relation(Kind::rewrite, body["relation"], ObjectKind::none);
  found[0].what = "CLUSTER";
  return found;
}

Statements create_schema(const Json& body) {
  Statement statement = command(Kind::create_schema);
  statement.table = {body.text_or("schemaname"), body.text_or("schemaname")};
  statement.qualified = true;
  statement.if_not_exists = is_true(body["if_not_exists"]);
  return {statement};
}

Statements lock_tables(const Json& body) {
  Statements found;
  for (const Json& relation : items(body["relations"])) found.push_back(about(Kind::lock_table, relation));
  return found;
}

Statements hidden(std::string why) {
  return {opaque(std::move(why))};
}

struct Reader {
  std::string_view node;
  Statements (*read)(const Json& body);
};

constexpr auto readers = std::to_array<Reader>({
    {"AlterTableStmt", alter_table},
    {"DropStmt", drop},
    {"RenameStmt", rename},
    {"AlterObjectSchemaStmt", set_schema},
    {"IndexStmt", create_index},
    {"CreateStmt", create_table},
    {"CreateTableAsStmt", create_table_as},
    {"TruncateStmt", truncate},
    {"TransactionStmt", transaction},
    {"CopyStmt", copy},
    {"VariableSetStmt", set_parameter},
    {"VacuumStmt", vacuum},
    {"CreateSchemaStmt", create_schema},
    {"LockStmt", lock_tables},
    {"AlterOwnerStmt", set_owner},
    {"ViewStmt", create_view},
    {"CreateTrigStmt", create_trigger},
    {"CreatePolicyStmt", create_policy},
    {"CreateFunctionStmt", create_function},
    {"AlterEnumStmt", alter_enum},
    {"AlterSeqStmt", alter_sequence},
    {"CreateExtensionStmt", create_extension},
    {"GrantStmt", grant},
    {"AlterDefaultPrivilegesStmt", default_privileges},
    {"RefreshMatViewStmt", refresh},
    {"ReindexStmt", reindex},
    {"ClusterStmt", cluster},
    {"CreateSeqStmt",
     [](const Json& b) { return of_relation(Kind::create_object, b["sequence"], ObjectKind::sequence); }},
    {"CompositeTypeStmt",
     [](const Json& b) { return of_relation(Kind::create_object, b["typevar"], ObjectKind::type); }},
    {"AlterPolicyStmt", [](const Json& b) { return of_relation(Kind::alter_object, b["table"], ObjectKind::policy); }},
    {"CreateEnumStmt", [](const Json& b) { return named(Kind::create_object, b["typeName"], ObjectKind::type); }},
    {"CreateRangeStmt", [](const Json& b) { return named(Kind::create_object, b["typeName"], ObjectKind::type); }},
    {"CreateDomainStmt", create_domain},
    {"AlterDomainStmt", alter_domain},
    {"AlterExtensionStmt", alter_extension},
    {"CreateStatsStmt", create_statistics},
    {"CommentStmt", comment},
    {"VariableShowStmt", [](const Json&) { return Statements{command(Kind::read)}; }},
    {"ConstraintsSetStmt", [](const Json&) { return Statements{command(Kind::read)}; }},
    {"DropOwnedStmt", [](const Json&) { return Statements{command(Kind::drop_owned, "DROP OWNED")}; }},
    {"ReassignOwnedStmt", [](const Json&) { return Statements{command(Kind::drop_owned, "REASSIGN OWNED")}; }},
    {"DropdbStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "DROP DATABASE")}; }},
    {"CreatedbStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "CREATE DATABASE")}; }},
    {"AlterDatabaseSetStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "ALTER DATABASE")}; }},
    {"CreateRoleStmt", [](const Json& b) { return change_role(b, "CREATE ROLE"); }},
    {"AlterRoleStmt", [](const Json& b) { return change_role(b, "ALTER ROLE"); }},
    {"AlterRoleSetStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "ALTER ROLE")}; }},
    {"DropRoleStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "DROP ROLE")}; }},
    {"GrantRoleStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "GRANT of a role")}; }},
    {"AlterSystemStmt", [](const Json&) { return Statements{command(Kind::change_cluster, "ALTER SYSTEM")}; }},
    {"LoadStmt", [](const Json&) { return Statements{command(Kind::access_host, "LOAD")}; }},
    {"SelectStmt", query},
    {"DoStmt", do_block},
    {"CallStmt", [](const Json&) { return hidden("CALL runs a procedure that is not written here"); }},
    {"ExecuteStmt", [](const Json&) { return hidden("EXECUTE runs a statement that is not written here"); }},
});

constexpr std::array<std::string_view, 3> changes = {"InsertStmt", "UpdateStmt", "DeleteStmt"};

Statements of_node(const Json& node) {
  const auto [name, body] = unwrapped(node);
  if (std::ranges::find(changes, name) != changes.end()) return query(node);
  const auto* reader = std::ranges::find(readers, name, &Reader::node);
  if (reader == readers.end())
    return hidden("a kind of SQL statement that has no rule yet (" + std::string(name) + ")");
  return reader->read(*body);
}

}  // namespace

Statements sql_tree::statements_of_tree(std::string_view tree, std::string_view sql) {
  Statements found;
  LineCounter lines(sql);
  std::size_t blocks = 0;
  parse_json_items(tree, "stmts", [&](const Json& wrapper) {
    int line = lines.before(static_cast<std::size_t>(wrapper.integer_or("stmt_location", 0)));
    for (const Json& argument : items(wrapper["stmt"]["DoStmt"]["args"]))
      if (argument["DefElem"].text_or("defname") == "as")  // its own lines are counted from there
        line = lines.before(static_cast<std::size_t>(argument["DefElem"].integer_or("location", 0)));
    ++blocks;
    Statements of_one = of_node(wrapper["stmt"]);
    take_conditions(sql, wrapper["stmt"], of_one);
    for (Statement& statement : of_one) {
      statement.place.line += line;
      if (statement.block > 0) statement.block = blocks;
      found.push_back(std::move(statement));
    }
  });
  return found;
}

}  // namespace orchestrate
