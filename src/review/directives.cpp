#include "review/directives.hpp"
#include "review/rule.hpp"
#include "review/sql.hpp"
#include "review/sql_conditions.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace orchestrate {
namespace {

using Kind = StatementKind;
using Statements = std::vector<Statement>;

/// Arguments under their parameters' names.
class Bound {
 public:
  Bound(std::span<const std::string_view> parameters, const Arguments& arguments, const Value* batch)
      : arguments_(arguments), batch_(batch) {
    for (const std::string_view parameter : parameters)
      if (!batch || (parameter != "table_name" && parameter != "source_table")) parameters_.push_back(parameter);
  }

  /// nullptr when it is not given.
  const Value* get(std::string_view name) const {
    const auto keyword = std::ranges::find(arguments_.named, name, &std::pair<std::string, Value>::first);
    if (keyword != arguments_.named.end()) return &keyword->second;
    const auto at = static_cast<std::size_t>(std::ranges::find(parameters_, name) - parameters_.begin());
    return at < arguments_.positional.size() && at < parameters_.size() ? &arguments_.positional[at] : nullptr;
  }

  std::string text(std::string_view name) const {
    const Value* value = get(name);
    return value && value->is(Value::Kind::text) ? value->text : std::string();
  }
  bool yes(std::string_view name) const {
    const Value* value = get(name);
    return value && truth(*value) == true;
  }
  bool is_none(std::string_view name) const {
    const Value* value = get(name);
    return value && value->is(Value::Kind::none);
  }
  bool given(std::string_view name) const {
    const Value* value = get(name);
    return value && !value->is(Value::Kind::none);
  }
  std::span<const Value> rest(std::size_t from) const {
    const std::span<const Value> all(arguments_.positional);
    return all.subspan(std::min(from, all.size()));
  }
  const Value* batch() const { return batch_; }

  /// A statement about the table that `name` or the batch names.
  Statement about(Kind kind, std::string_view table_parameter = "table_name",
                  std::string_view schema_parameter = "schema") const {
    Statement statement;
    statement.kind = kind;
    const Value* table = batch_ ? &batch_->items[0] : get(table_parameter);
    const Value* schema = batch_ ? &batch_->items[1] : get(schema_parameter);
    if (table && table->is(Value::Kind::text)) statement.table.name = table->text;
    if (schema && schema->is(Value::Kind::text)) {
      statement.table.schema = schema->text;
      statement.qualified = true;
    }
    for (const Value* part : {table, schema})
      if (part && !part->is(Value::Kind::text) && !part->is(Value::Kind::none))
        return opaque("the table's name depends on " + why_unknown(*part));
    return statement;
  }

 private:
  std::vector<std::string_view> parameters_;
  const Arguments& arguments_;
  const Value* batch_;
};

/// `statement` with the name that `parameter` holds, opaque when nobody can read it.
Statement with_name(Statement statement, const Bound& bound, std::string_view parameter) {
  const Value* name = bound.get(parameter);
  if (name && name->is(Value::Kind::text)) statement.name = name->text;
  if (!name || name->is(Value::Kind::text) || name->is(Value::Kind::none)) return statement;
  Statement unread = opaque("a name depends on " + why_unknown(*name));
  unread.table = statement.table;
  return unread;
}

Statements add_column(const Bound& bound) {
  Statement on_table = bound.about(Kind::add_column);
  if (on_table.kind == Kind::opaque) return {on_table};
  on_table.if_not_exists = bound.yes("if_not_exists");
  const Value* column = bound.get("column");
  return statements_of_column(on_table, column ? *column : Value::unknown("nothing"));
}

Statements drop_column(const Bound& bound) {
  Statement statement = with_name(bound.about(Kind::drop_column), bound, "column_name");
  statement.if_exists = bound.yes("if_exists");
  return {statement};
}

/// Whether USING is more than a cast to the type; also where nobody can read it.
bool computes(const Statement& s, const std::string& expression) {
  const Statements same = statements_of_sql("ALTER TABLE t ALTER COLUMN \"" + s.name + "\" TYPE " + sql_type(s.type) +
                                            " USING " + expression);
  return same.size() != 1 || same[0].kind != Kind::set_type || same[0].computes;
}

Statements alter_column(const Bound& bound) {
  const Statement column = with_name(bound.about(Kind::alter_table), bound, "column_name");
  if (column.kind == Kind::opaque) return {column};
  Statements found;
  const auto add = [&](Kind kind) -> Statement& {
    found.push_back(column);
    found.back().kind = kind;
    return found.back();
  };
  if (bound.given("type_")) {
    Statement& statement = add(Kind::set_type);
    statement.type = written(*bound.get("type_"));
    statement.needed_types = enum_types_of(*bound.get("type_")).all();
    statement.has_using = bound.given("postgresql_using");
    if (statement.has_using) statement.computes = computes(statement, bound.text("postgresql_using"));
    if (bound.given("existing_type")) statement.old_type = written(*bound.get("existing_type"));
  }
  if (const Value* nullable = bound.get("nullable"); nullable && !nullable->is(Value::Kind::none)) {
    const auto allowed = truth(*nullable);
    if (!allowed) found.push_back(opaque("nullable depends on " + why_unknown(*nullable)));
    if (allowed) add(*allowed ? Kind::drop_not_null : Kind::set_not_null);
  }
  if (const Value* fallback = bound.get("server_default"); fallback && truth(*fallback) != false)
    add(Kind::set_default);
  else if (fallback && (fallback->is(Value::Kind::none)))
    add(Kind::drop_default);
  if (bound.given("new_column_name")) {
    Statement& statement = add(Kind::rename_column);
    statement.new_name = bound.text("new_column_name");
  }
  if (found.empty()) add(Kind::alter_table);
  return found;
}

Statements create_table(const Bound& bound) {
  Statement statement = bound.about(Kind::create_table);
  statement.if_not_exists = bound.yes("if_not_exists");
  for (const Value& part : bound.rest(1)) {
    add_references(statement, part);
    add_part(statement, part);
    if (part.is(Value::Kind::made) && last_part(part.text) == "Column" && !part.items.empty())
      statement.columns.push_back(part.items[0].text);
  }
  if (bound.given("postgresql_inherits")) statement.hidden_reference = "it inherits from another table";
  return {statement};
}

Statements drop_table(const Bound& bound) {
  Statement statement = bound.about(Kind::drop_table);
  statement.if_exists = bound.yes("if_exists");
  return {statement};
}

Statements rename_table(const Bound& bound) {
  Statement statement = bound.about(Kind::rename_table, "old_table_name");
  statement.new_name = bound.text("new_table_name");
  return {statement};
}

Statements create_index(const Bound& bound) {
  Statement statement = with_name(bound.about(Kind::create_index), bound, "index_name");
  statement.columns = names_of_list(bound.get("columns"));
  statement.unique = bound.yes("unique");
  statement.method = bound.text("postgresql_using");
  statement.is_partial = bound.given("postgresql_where");
  statement.concurrently = bound.yes("postgresql_concurrently");
  statement.if_not_exists = bound.yes("if_not_exists");
  return {statement};
}

Statements drop_index(const Bound& bound) {
  Statement statement = with_name(bound.about(Kind::drop_index), bound, "index_name");
  statement.concurrently = bound.yes("postgresql_concurrently");
  statement.if_exists = bound.yes("if_exists");
  return {statement};
}

template <ConstraintType type>
Statements create_constraint(const Bound& bound) {
  Statement statement = with_name(bound.about(Kind::add_constraint), bound, "constraint_name");
  statement.constraint = type;
  statement.is_unnamed = bound.is_none("constraint_name");
  statement.not_valid = bound.yes("postgresql_not_valid");
  statement.using_index = bound.given("postgresql_using_index");
  statement.index = bound.text("postgresql_using_index");
  statement.columns = names_of_list(bound.get("columns"));
  if (const std::string condition = bound.text("condition"); !condition.empty()) {
    const Statements same = statements_of_sql("ALTER TABLE t ADD CHECK (" + condition + ")");
    if (same.size() == 1) statement.proves_not_null = same[0].proves_not_null;
    statement.condition = computing_condition(condition);
  }
  return {statement};
}

Statements create_foreign_key(const Bound& bound) {
  Statement statement =
      with_name(bound.about(Kind::add_constraint, "source_table", "source_schema"), bound, "constraint_name");
  statement.constraint = ConstraintType::foreign_key;
  statement.is_unnamed = bound.is_none("constraint_name");
  statement.columns = names_of_list(bound.get("local_cols"));
  statement.referenced_columns = names_of_list(bound.get("remote_cols"));
  statement.not_valid = bound.yes("postgresql_not_valid");
  statement.deletes_children = is_cascade(bound.get("ondelete"));
  const std::string schema = bound.text("referent_schema");
  const std::string table = bound.text("referent_table");
  if (table.empty()) statement.hidden_reference = "a foreign key refers to a table that is not written here";
  if (!table.empty()) statement.references.push_back({schema.empty() ? "public" : schema, table});
  return {statement};
}

Statements drop_constraint(const Bound& bound) {
  Statement statement = with_name(bound.about(Kind::drop_constraint), bound, "constraint_name");
  if (statement.name.empty() && statement.kind != Kind::opaque)
    return {
        opaque("it drops a constraint without a name, which Alembic cannot compile (CompileError) unless a naming "
               "convention of env.py makes one")};
  return {statement};
}

Statements bulk_insert(const Bound& bound) {
  const Value* table = bound.get("table");
  Statement statement;
  statement.kind = Kind::insert_rows;
  if (table && table->is(Value::Kind::made) && !table->items.empty() && table->items[0].is(Value::Kind::text)) {
    statement.table.name = table->items[0].text;
    if (const Value* schema = table->argument("schema"); schema && schema->is(Value::Kind::text)) {
      statement.table.schema = schema->text;
      statement.qualified = true;
    }
    if (const Value* rows = bound.get("rows"))
      for (const Value& row : rows->items)
        for (std::size_t i = 0; row.is(Value::Kind::dict) && i < row.items.size(); ++i)
          note_written(statement, row.items[i].text, row.values[i]);
    return {statement};
  }
  return {opaque("it inserts into a table that is not named here")};
}

Statements comment(const Bound& bound) {
  return {bound.about(Kind::alter_table)};
}

struct Directive {
  std::string_view name;
  std::array<std::string_view, 6> parameters;
  Statements (*read)(const Bound& bound);
};

// Parameters in the order of Alembic's signatures; only those that are read.
constexpr auto directives = std::to_array<Directive>({
    {"add_column", {"table_name", "column"}, add_column},
    {"drop_column", {"table_name", "column_name"}, drop_column},
    {"alter_column", {"table_name", "column_name", "nullable"}, alter_column},
    {"create_table", {"table_name"}, create_table},
    {"drop_table", {"table_name"}, drop_table},
    {"rename_table", {"old_table_name", "new_table_name"}, rename_table},
    {"create_index", {"index_name", "table_name", "columns"}, create_index},
    {"drop_index", {"index_name", "table_name"}, drop_index},
    {"create_check_constraint",
     {"constraint_name", "table_name", "condition"},
     create_constraint<ConstraintType::check>},
    {"create_unique_constraint",
     {"constraint_name", "table_name", "columns"},
     create_constraint<ConstraintType::unique>},
    {"create_primary_key",
     {"constraint_name", "table_name", "columns"},
     create_constraint<ConstraintType::primary_key>},
    {"create_exclude_constraint", {"constraint_name", "table_name"}, create_constraint<ConstraintType::exclude>},
    {"create_foreign_key",
     {"constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"},
     create_foreign_key},
    {"drop_constraint", {"constraint_name", "table_name", "type_"}, drop_constraint},
    {"bulk_insert", {"table", "rows"}, bulk_insert},
    {"create_table_comment", {"table_name", "comment"}, comment},
    {"drop_table_comment", {"table_name"}, comment},
});

bool recreates(const Value& batch) {
  return batch.items.size() > 2 && batch.items[2].is(Value::Kind::text) && batch.items[2].text == "always";
}

}  // namespace

std::optional<std::vector<Statement>> statements_of_directive(std::string_view name, const Arguments& arguments,
                                                              const Value* batch) {
  const auto* found = std::ranges::find(directives, name, &Directive::name);
  if (found == directives.end()) return std::nullopt;
  if (arguments.open)
    return Statements{opaque("op." + std::string(name) + "() takes arguments that are not written out")};
  const auto last = std::ranges::find(found->parameters, std::string_view());
  Statements statements = found->read(Bound(std::span(found->parameters.begin(), last), arguments, batch));
  for (Statement& statement : statements) statement.recreates = batch && recreates(*batch);
  return statements;
}

}  // namespace orchestrate
