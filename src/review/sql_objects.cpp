#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "review/sql_tree.hpp"

/// Statements about what is no table: views, functions, types, rights, ...
namespace orchestrate::sql_tree {
namespace {

using Kind = StatementKind;
using Statements = std::vector<Statement>;

/// `OBJECT_MATVIEW` as SQL says it.
ObjectKind kind_of(const std::string& object_type) {
  if (object_type == "OBJECT_MATVIEW") return ObjectKind::materialized_view;
  if (object_type == "OBJECT_TABCONSTRAINT") return ObjectKind::constraint;
  if (object_type == "OBJECT_STATISTIC_EXT") return ObjectKind::statistics;
  std::string word = object_type.starts_with("OBJECT_") ? object_type.substr(7) : object_type;
  for (char& c : word) c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return object_kind(word);
}

const Json& option(const Json& options, std::string_view name) {
  static const Json nothing;
  for (const Json& one : items(options))
    if (one["DefElem"].text_or("defname") == name) return one["DefElem"]["arg"];
  return nothing;
}

bool has_option(const Json& options, std::string_view name) {
  return std::ranges::any_of(items(options),
                             [&](const Json& one) { return one["DefElem"].text_or("defname") == name; });
}

/// What stands under `object`: a relation, a name, or a name with arguments.
Statement about_object(Kind kind, const Json& body) {
  if (body["relation"].is_object()) return about(kind, body["relation"]);
  const auto [node, inner] = unwrapped(body["object"]);
  if (node != "String")
    return about_name(kind, node == "ObjectWithArgs" ? (*inner)["objname"]
                            : node == "TypeName"     ? (*inner)["names"]
                                                     : (*inner)["items"]);
  Statement statement;
  statement.kind = kind;
  statement.table.name = inner->text_or("sval");
  return statement;
}

std::string roles(const Json& grantees) {
  std::string all;
  for (const Json& grantee : items(grantees)) {
    const Json& role = grantee["RoleSpec"];
    const std::string name = role.text_or("roletype") == "ROLESPEC_PUBLIC" ? "PUBLIC" : role.text_or("rolename");
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

bool names_public(const Json& grantees) {
  return std::ranges::any_of(items(grantees), [](const Json& grantee) {
    return grantee["RoleSpec"].text_or("roletype") == "ROLESPEC_PUBLIC";
  });
}

std::string privileges(const Json& body) {
  std::string all;
  for (const Json& privilege : items(body["privileges"])) {
    std::string name = privilege["AccessPriv"].text_or("priv_name");
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    all += (all.empty() ? "" : ", ") + name;
  }
  return all.empty() ? "ALL" : all;
}

}  // namespace

Statements drop(const Json& body) {
  const std::string type = body.text_or("removeType");
  const Kind kind = type == "OBJECT_TABLE" || type == "OBJECT_FOREIGN_TABLE" ? Kind::drop_table
                    : type == "OBJECT_INDEX"                                 ? Kind::drop_index
                    : type == "OBJECT_SCHEMA"                                ? Kind::drop_schema
                                                                             : Kind::drop_object;
  const bool part = type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE";
  Statements found;
  for (const Json& object : items(body["objects"])) {
    const auto [node, inner] = unwrapped(object);
    const Json& names = node == "ObjectWithArgs" ? (*inner)["objname"]
                        : node == "TypeName"     ? (*inner)["names"]
                                                 : (*inner)["items"];
    Statement statement = part ? about_part_of_table(kind, names) : about_name(kind, names);
    if (node == "String") statement.table.name = inner->text_or("sval");
    statement.object = kind_of(type);
    statement.cascade = body.text_or("behavior") == "DROP_CASCADE";
    statement.if_exists = is_true(body["missing_ok"]);
    statement.concurrently = is_true(body["concurrent"]);
    if (kind == Kind::drop_schema) statement.table.schema = statement.table.name;
    if (kind == Kind::drop_index) {
      statement.name = statement.table.name;
      statement.table.name.clear();
    }
    found.push_back(statement);
  }
  return found;
}

Statements rename(const Json& body) {
  const std::string type = body.text_or("renameType");
  Statement statement = about_object(type == "OBJECT_TABLE"    ? Kind::rename_table
                                     : type == "OBJECT_COLUMN" ? Kind::rename_column
                                                               : Kind::alter_object,
                                     body);
  statement.object = kind_of(type);
  statement.name = body.text_or("subname");
  statement.new_name = body.text_or("newname");
  return {statement};
}

Statements set_schema(const Json& body) {
  const bool table = body.text_or("objectType") == "OBJECT_TABLE";
  Statement statement = about_object(table ? Kind::move_table : Kind::alter_object, body);
  statement.new_name = body.text_or("newschema");
  statement.object = kind_of(body.text_or("objectType"));
  return {statement};
}

/// On a table, or a part of it, a light lock comes with it.
Statements comment(const Json& body) {
  static constexpr auto parts = std::to_array<std::string_view>({"OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"});
  const std::string type = body.text_or("objtype");
  const bool part = std::ranges::find(parts, type) != parts.end();
  Statement statement;
  if (part) statement = about_part_of_table(Kind::alter_object, body["object"]["List"]["items"]);
  if (type == "OBJECT_TABLE") statement = about_name(Kind::alter_object, body["object"]["List"]["items"]);
  statement.kind = Kind::alter_object;
  statement.object = ObjectKind::comment;
  return {statement};
}

Statements set_owner(const Json& body) {
  const std::string type = body.text_or("objectType");
  if (type == "OBJECT_DATABASE") return {command(Kind::change_cluster, "ALTER DATABASE")};
  Statement statement = about_object(Kind::alter_object, body);
  statement.kind = Kind::set_owner;
  statement.object = kind_of(type);
  statement.new_name = body["newowner"].text_or("rolename");
  return {statement};
}

Statements of_relation(Kind kind, const Json& relation, ObjectKind object) {
  Statement statement = about(kind, relation);
  statement.object = object;
  return {statement};
}

Statements named(Kind kind, const Json& names, ObjectKind object) {
  Statement statement = about_name(kind, names);
  statement.object = object;
  return {statement};
}

Statements create_view(const Json& body) {
  Statements found = of_relation(Kind::create_object, body["view"], ObjectKind::view);
  found[0].replaces = is_true(body["replace"]);
  return found;
}

Statements create_trigger(const Json& body) {
  Statements found = of_relation(Kind::create_object, body["relation"], ObjectKind::trigger);
  found[0].name = body.text_or("trigname");
  found[0].replaces = is_true(body["replace"]);
  return found;
}

Statements create_policy(const Json& body) {
  Statements found = of_relation(Kind::create_object, body["table"], ObjectKind::policy);
  found[0].name = body.text_or("policy_name");
  if (!is_true(body["permissive"])) found[0].what = "RESTRICTIVE";
  found[0].to_public = names_public(body["roles"]) && is_true(body["qual"]["A_Const"]["boolval"]["boolval"]);
  return found;
}

Statements create_function(const Json& body) {
  Statements found = named(Kind::create_object, body["funcname"],
                           is_true(body["is_procedure"]) ? ObjectKind::procedure : ObjectKind::function);
  found[0].replaces = is_true(body["replace"]);
  const Json& options = body["options"];
  const bool sets_path = std::ranges::any_of(items(options), [](const Json& one) {
    return one["DefElem"]["arg"]["VariableSetStmt"].text_or("name") == "search_path";
  });
  found[0].is_open_definer = is_true(option(options, "security")["Boolean"]["boolval"]) && !sets_path;
  return found;
}

Statements alter_enum(const Json& body) {
  const bool renames = !body["oldVal"].is_null();
  Statements found = named(renames ? Kind::alter_object : Kind::add_enum_value, body["typeName"], ObjectKind::type);
  found[0].name = body.text_or(renames ? "oldVal" : "newVal");
  if (renames) found[0].new_name = body.text_or("newVal");
  found[0].if_not_exists = is_true(body["skipIfNewValExists"]);
  return found;
}

Statements alter_sequence(const Json& body) {
  Statements found = of_relation(Kind::alter_object, body["sequence"], ObjectKind::sequence);
  found[0].what = has_option(body["options"], "restart") ? "RESTART" : "";
  return found;
}

Statements create_extension(const Json& body) {
  Statement statement;
  statement.kind = Kind::create_object;
  statement.object = ObjectKind::extension;
  statement.name = body.text_or("extname");
  statement.if_not_exists = is_true(body["if_not_exists"]);
  return {statement};
}

Statements alter_extension(const Json& body) {
  Statements found = of_kind(Kind::alter_object, ObjectKind::extension);
  found[0].name = body.text_or("extname");
  return found;
}

Statements create_domain(const Json& body) {
  Statements found = named(Kind::create_object, body["domainname"], ObjectKind::domain);
  found[0].type = type_text(body["typeName"]);
  for (const Json& constraint : items(body["constraints"])) {
    const std::string type = constraint["Constraint"].text_or("contype");
    if (type == "CONSTR_CHECK" || type == "CONSTR_NOTNULL") found[0].has_checked_domain = true;
  }
  return found;
}

/// Of `ALTER DOMAIN`, by the letter that PostgreSQL's parser gives them; `scans`: every table that uses it.
Statements alter_domain(const Json& body) {
  struct Command {
    std::string_view letter, words;
    bool scans;
  };
  static constexpr auto commands = std::to_array<Command>({{"T", "DEFAULT", false},
                                                           {"N", "DROP NOT NULL", false},
                                                           {"O", "SET NOT NULL", true},
                                                           {"C", "ADD CONSTRAINT", true},
                                                           {"X", "DROP CONSTRAINT", false},
                                                           {"V", "VALIDATE CONSTRAINT", true}});
  const auto* command = std::ranges::find(commands, body.text_or("subtype"), &Command::letter);
  if (command == commands.end()) return {opaque("ALTER DOMAIN with a command that has no rule yet")};
  Statements found = named(Kind::alter_object, body["typeName"], ObjectKind::domain);
  found[0].what = command->words;
  found[0].not_valid = is_true(body["def"]["Constraint"]["skip_validation"]);
  found[0].has_checked_domain = command->letter == "O" || command->letter == "C";
  found[0].skips_scan = !command->scans || found[0].not_valid;
  if (!found[0].skips_scan) found[0].hidden_reference = "it locks every table that uses the domain";
  return found;
}

Statements change_role(const Json& body, std::string words) {
  Statement statement = command(Kind::change_cluster, std::move(words));
  const std::string password = option(body["options"], "password")["String"].text_or("sval");
  if (!password.empty()) statement.secrets.push_back(password);
  return {statement};
}

Statements default_privileges(const Json& body) {
  Statements found = grant(body["action"]);
  for (Statement& statement : found) statement.for_objects_to_come = true;
  return found;
}

Statements grant(const Json& body) {
  Statements found;
  for (const Json& object : items(body["objects"])) {
    const auto [node, inner] = unwrapped(object);
    const bool table = node == "RangeVar";
    found.push_back(table ? about(Kind::grant, object) : Statement{});
    found.back().object = table ? ObjectKind::none : kind_of(body.text_or("objtype"));
    if (node == "String") found.back().table = {inner->text_or("sval"), ""};
  }
  if (found.empty()) found.emplace_back();
  for (Statement& statement : found) {
    statement.kind = is_true(body["is_grant"]) ? Kind::grant : Kind::revoke;
    statement.what = privileges(body);
    statement.name = roles(body["grantees"]);
    statement.to_public = names_public(body["grantees"]);
    statement.grant_option = is_true(body["grant_option"]);
  }
  return found;
}

Statements of_kind(Kind kind, ObjectKind object) {
  Statement statement;
  statement.kind = kind;
  statement.object = object;
  return {statement};
}

}  // namespace orchestrate::sql_tree
