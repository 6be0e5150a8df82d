#include <algorithm>
#include <array>

#include "review/directives.hpp"
#include "review/sql.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

bool is_yes(const Value& column, std::string_view name) {
  const Value* value = column.argument(name);
  return value && truth(*value) == true;
}

bool is_given(const Value& column, std::string_view name) {
  const Value* value = column.argument(name);
  return value && !value->is(Value::Kind::none);
}

Statement constraint(const Statement& on_table, ConstraintType type, const std::string& column) {
  Statement statement = on_table;
  statement.kind = Kind::add_constraint;
  statement.constraint = type;
  statement.name = column;
  statement.columns = {column};
  statement.is_unnamed = true;
  return statement;
}

/// A text is a literal to SQLAlchemy; an expression is wrapped.
bool differs_by_row(const Value& value) {
  if (!value.is(Value::Kind::made)) return false;
  const std::string_view name = last_part(value.text);
  if (value.text.find(".func.") != std::string::npos) return sql_tree::differs_by_row(name);
  if ((name != "text" && name != "literal_column") || value.items.empty() || !value.items[0].is(Value::Kind::text))
    return name == "Sequence";
  const auto same = statements_of_sql("ALTER TABLE t ADD COLUMN c int DEFAULT (" + value.items[0].text + ")");
  return !same.empty() && same[0].differs_by_row;
}

}  // namespace

std::vector<Statement> statements_of_column(const Statement& on_table, const Value& column) {
  const bool literal = column.is(Value::Kind::made) && last_part(column.text) == "Column" && !column.items.empty() &&
                       column.items[0].is(Value::Kind::text);
  if (!literal) return {opaque("the column is not written as sa.Column(\"NAME\", ...)")};
  Statement added = on_table;
  added.kind = Kind::add_column;
  added.name = column.items[0].text;
  if (column.items.size() > 1) {
    added.type = written(column.items[1]);
    added.needed_types = enum_types_of(column.items[1]).all();
  }
  const Value* nullable = column.argument("nullable");
  added.not_null = (nullable && truth(*nullable) == false) || is_yes(column, "primary_key");
  added.server_default = is_given(column, "server_default");
  if (const Value* given = column.argument("server_default")) added.differs_by_row = differs_by_row(*given);
  added.client_default = is_given(column, "default");

  std::vector<Statement> found{added};
  for (const Value& part : column.items) {
    const std::string_view made = part.is(Value::Kind::made) ? last_part(part.text) : std::string_view();
    if (made == "ForeignKey") {
      found.push_back(constraint(on_table, ConstraintType::foreign_key, added.name));
      add_references(found.back(), part);
      found.back().is_unnamed = !is_given(part, "name");
      if (!part.items.empty() && part.items[0].is(Value::Kind::text))
        found.back().referenced_columns = {std::string(last_part(part.items[0].text))};
      found.back().deletes_children = is_cascade(part.argument("ondelete"));
    }
    if (made == "CheckConstraint") {
      found.push_back(constraint(on_table, ConstraintType::check, added.name));
      found.back().is_unnamed = !is_given(part, "name");
    }
    const Value* persisted = made == "Computed" ? part.argument("persisted") : nullptr;
    found[0].is_virtual |= persisted && truth(*persisted) == false;
    if (made == "Identity" || made == "Computed") {
      found[0].server_default = true;
      found[0].differs_by_row = !found[0].is_virtual;
    }
  }
  if (is_yes(column, "unique")) found.push_back(constraint(on_table, ConstraintType::unique, added.name));
  if (is_yes(column, "primary_key")) found.push_back(constraint(on_table, ConstraintType::primary_key, added.name));
  if (is_yes(column, "index")) {
    found.push_back(on_table);
    found.back().kind = Kind::create_index;
    found.back().name = "ix_" + on_table.table.name + "_" + added.name;  // SQLAlchemy's default name
    found.back().columns = {added.name};
  }
  return found;
}

}  // namespace orchestrate
