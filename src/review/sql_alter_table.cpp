#include <algorithm>
#include <array>

#include "review/sql_tree.hpp"

namespace orchestrate::sql_tree {
namespace {

struct Subtype {
  std::string_view name;
  StatementKind kind;
};

constexpr auto subtypes = std::to_array<Subtype>({
    {"AT_AddColumn", StatementKind::add_column},
    {"AT_DropColumn", StatementKind::drop_column},
    {"AT_AlterColumnType", StatementKind::set_type},
    {"AT_SetNotNull", StatementKind::set_not_null},
    {"AT_DropNotNull", StatementKind::drop_not_null},
    {"AT_ColumnDefault", StatementKind::set_default},
    {"AT_AddConstraint", StatementKind::add_constraint},
    {"AT_DropConstraint", StatementKind::drop_constraint},
    {"AT_ValidateConstraint", StatementKind::validate_constraint},
    {"AT_SetLogged", StatementKind::rewrite},
    {"AT_SetUnLogged", StatementKind::rewrite},
    {"AT_SetTableSpace", StatementKind::rewrite},
    {"AT_SetAccessMethod", StatementKind::rewrite},
    {"AT_AttachPartition", StatementKind::attach_partition},
    {"AT_DetachPartition", StatementKind::detach_partition},
    {"AT_DetachPartitionFinalize", StatementKind::detach_partition},
    {"AT_EnableRowSecurity", StatementKind::enable_row_security},
    {"AT_ForceRowSecurity", StatementKind::enable_row_security},
    {"AT_DisableRowSecurity", StatementKind::disable_row_security},
    {"AT_NoForceRowSecurity", StatementKind::disable_row_security},
    {"AT_SetStatistics", StatementKind::tune_table},
    {"AT_SetOptions", StatementKind::tune_table},
    {"AT_ResetOptions", StatementKind::tune_table},
    {"AT_ClusterOn", StatementKind::tune_table},
    {"AT_DropCluster", StatementKind::tune_table},
    {"AT_SetRelOptions", StatementKind::tune_table},
    {"AT_ResetRelOptions", StatementKind::tune_table},
    {"AT_EnableTrig", StatementKind::enable_trigger},
    {"AT_EnableTrigAll", StatementKind::enable_trigger},
    {"AT_EnableTrigUser", StatementKind::enable_trigger},
    {"AT_EnableAlwaysTrig", StatementKind::enable_trigger},
    {"AT_EnableReplicaTrig", StatementKind::enable_trigger},
    {"AT_DisableTrig", StatementKind::disable_trigger},
    {"AT_DisableTrigAll", StatementKind::disable_trigger},
    {"AT_DisableTrigUser", StatementKind::disable_trigger},
    {"AT_ChangeOwner", StatementKind::set_owner},
});

// Short ACCESS EXCLUSIVE or weaker, no scan, no data.
constexpr auto plain = std::to_array<std::string_view>(
    {"AT_SetStorage", "AT_SetCompression", "AT_ReplaceRelOptions", "AT_ReplicaIdentity", "AT_DropExpression",
     "AT_AlterConstraint", "AT_AddIdentity", "AT_SetIdentity", "AT_DropIdentity", "AT_AddInherit", "AT_DropInherit"});

struct Constraint {
  std::string_view name;
  ConstraintType type;
};

constexpr std::array<Constraint, 5> constraints = {{{"CONSTR_CHECK", ConstraintType::check},
                                                    {"CONSTR_FOREIGN", ConstraintType::foreign_key},
                                                    {"CONSTR_UNIQUE", ConstraintType::unique},
                                                    {"CONSTR_PRIMARY", ConstraintType::primary_key},
                                                    {"CONSTR_EXCLUSION", ConstraintType::exclude}}};

void take_constraint(Statement& statement, const Json& constraint) {
  const ConstraintType type = constraint_type(constraint);
  statement.constraint = type == ConstraintType::none ? ConstraintType::other : type;
  statement.is_unnamed = constraint.text_or("conname").empty();
  statement.referenced_columns = texts(constraint["pk_attrs"]);
  statement.not_valid = is_true(constraint["skip_validation"]);
  statement.index = constraint.text_or("indexname");
  statement.using_index = !statement.index.empty();
  statement.deletes_children = constraint.text_or("fk_del_action") == "c";
  for (const std::string_view columns : {"fk_attrs", "keys"})
    for (std::string& column : texts(constraint[columns])) statement.columns.push_back(std::move(column));
  statement.referenced_columns = texts(constraint["pk_attrs"]);
  const Json& test = constraint["raw_expr"]["NullTest"];
  const auto column = texts(test["arg"]["ColumnRef"]["fields"]);
  if (test.text_or("nulltesttype") == "IS_NOT_NULL" && column.size() == 1) statement.proves_not_null = column[0];
  add_reference(statement, constraint["pktable"]);
}

bool calls_for_each_row(const Json& node) {
  if (node.is_array()) return std::ranges::any_of(node.as_array(), calls_for_each_row);
  if (!node.is_object()) return false;
  const auto names = texts(node["FuncCall"]["funcname"]);
  if (!names.empty() && differs_by_row(names.back())) return true;
  return std::ranges::any_of(node.as_object(), [](const auto& member) { return calls_for_each_row(member.second); });
}

std::vector<Statement> add_column(const Statement& on_table, const Json& column) {
  std::vector<Statement> found{on_table};
  found[0].name = column.text_or("colname");
  found[0].type = type_text(column["typeName"]);
  found[0].server_default = found[0].differs_by_row = found[0].type.find("serial") != std::string::npos;
  for (const Json& wrapped : items(column["constraints"])) {
    const Json& constraint = wrapped["Constraint"];
    const std::string type = constraint.text_or("contype");
    if (type == "CONSTR_NOTNULL" || type == "CONSTR_PRIMARY") found[0].not_null = true;
    if (type == "CONSTR_DEFAULT" || type == "CONSTR_IDENTITY" || type == "CONSTR_GENERATED")
      found[0].server_default = true;
    if (type == "CONSTR_IDENTITY" || type == "CONSTR_GENERATED") found[0].differs_by_row = true;
    if (type == "CONSTR_DEFAULT") found[0].differs_by_row |= calls_for_each_row(constraint["raw_expr"]);
    if (constraint_type(constraint) == ConstraintType::none) continue;
    Statement added = on_table;
    added.kind = StatementKind::add_constraint;
    added.name = constraint.text_or("conname", found[0].name);
    take_constraint(added, constraint);
    added.columns = {found[0].name};
    found.push_back(added);
  }
  // The foreign key of a column that is NULL in each row has nothing to look up, where one statement makes both.
  // (Alembic makes two of op.add_column with a ForeignKey.)
  for (Statement& statement : found)
    statement.skips_scan = statement.constraint == ConstraintType::foreign_key && !found[0].server_default;
  return found;
}

/// USING `column`, or `column::type`: what PostgreSQL would do without it.
bool is_cast(const Json& expression, const Statement& change) {
  const Json& cast = expression["TypeCast"];
  const bool to_other = cast.is_object() && type_text(cast["typeName"]) != change.type;
  const Json& inner = cast.is_object() ? cast["arg"] : expression;
  return !to_other && texts(inner["ColumnRef"]["fields"]) == std::vector{change.name};
}

std::vector<Statement> command(const Json& body, const Json& cmd) {
  const std::string subtype = cmd.text_or("subtype");
  Statement statement = about(StatementKind::alter_table, body["relation"]);
  statement.name = cmd.text_or("name");
  statement.cascade = cmd.text_or("behavior") == "DROP_CASCADE";
  statement.if_exists = is_true(cmd["missing_ok"]) || is_true(body["missing_ok"]);
  statement.concurrently = is_true(cmd["def"]["PartitionCmd"]["concurrent"]);
  add_reference(statement, cmd["def"]["PartitionCmd"]["name"]);
  add_reference(statement, cmd["def"]["RangeVar"]);  // of INHERIT
  const auto* known = std::ranges::find(subtypes, subtype, &Subtype::name);
  if (known == subtypes.end()) {
    if (std::ranges::find(plain, subtype) != plain.end()) return {statement};
    Statement unknown = opaque("ALTER TABLE with a command that has no rule yet (" + subtype + ")");
    unknown.table = statement.table;
    return {unknown};
  }
  statement.kind = known->kind;
  const Json& def = cmd["def"];
  if (statement.kind == StatementKind::set_owner) statement.new_name = cmd["newowner"].text_or("rolename");
  if (subtype == "AT_SetUnLogged") statement.unlogged = true;
  if (statement.kind == StatementKind::add_column) return add_column(statement, def["ColumnDef"]);
  if (statement.kind == StatementKind::set_type) {
    statement.type = type_text(def["ColumnDef"]["typeName"]);
    const Json& expression = def["ColumnDef"]["raw_default"];
    statement.has_using = !expression.is_null();
    statement.computes = statement.has_using && !is_cast(expression, statement);
    for (const std::string& collation : texts(def["ColumnDef"]["collClause"]["collname"]))
      statement.type += " COLLATE " + collation;
  }
  if (statement.kind == StatementKind::set_default && def.is_null()) statement.kind = StatementKind::drop_default;
  if (statement.kind == StatementKind::add_constraint) {
    statement.name = def["Constraint"].text_or("conname");
    take_constraint(statement, def["Constraint"]);
  }
  return {statement};
}

}  // namespace

ConstraintType constraint_type(const Json& constraint) {
  const auto* found = std::ranges::find(constraints, constraint.text_or("contype"), &Constraint::name);
  return found == constraints.end() ? ConstraintType::none : found->type;
}

std::vector<Statement> alter_table(const Json& body) {
  std::vector<Statement> found;
  for (const Json& cmd : items(body["cmds"]))
    for (Statement& statement : command(body, cmd["AlterTableCmd"])) found.push_back(std::move(statement));
  const std::string object = body.text_or("objtype", "OBJECT_TABLE");
  if (object == "OBJECT_TABLE" || object == "OBJECT_FOREIGN_TABLE") return found;
  // Whatever has columns of a composite type loses the attribute, or has it rewritten.
  if (object == "OBJECT_TYPE" && std::ranges::any_of(found, [](const Statement& s) {
        return s.kind == StatementKind::drop_column || s.kind == StatementKind::set_type;
      }))
    return found;
  Statement other = about(StatementKind::alter_object, body["relation"]);
  other.object = object == "OBJECT_VIEW"    ? ObjectKind::view
                 : object == "OBJECT_INDEX" ? ObjectKind::index
                                            : ObjectKind::other;
  return {other};
}

}  // namespace orchestrate::sql_tree
