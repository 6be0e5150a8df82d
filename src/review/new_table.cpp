#include "review/directives.hpp"

#include <algorithm>

#include "review/sql.hpp"

/// What a sa.Column or a constraint brings to a table that is created.
namespace orchestrate {
namespace {

std::string_view made_name(const Value& value) {
  return value.is(Value::Kind::made) ? last_part(value.text) : std::string_view();
}

bool is_yes(const Value& made, std::string_view name) {
  const Value* value = made.argument(name);
  return value && truth(*value) == true;
}

bool is_no(const Value& made, std::string_view name) {
  const Value* value = made.argument(name);
  return value && truth(*value) == false;
}

/// `cfg.channels.id` as its table and column.
void refer(NewKey& key, const Value& target) {
  const std::size_t dot = target.is(Value::Kind::text) ? target.text.rfind('.') : std::string::npos;
  if (dot == std::string::npos) return;
  key.referenced.push_back(target.text.substr(dot + 1));
  const std::string table = target.text.substr(0, dot);
  const std::size_t schema = table.rfind('.');
  key.table = schema == std::string::npos ? TableName{"public", table}
                                          : TableName{table.substr(0, schema), table.substr(schema + 1)};
}

NewKey foreign_key(std::vector<std::string> columns, const Value* target) {
  NewKey key{.type = ConstraintType::foreign_key, .columns = std::move(columns)};
  if (target && target->is(Value::Kind::list))
    for (const Value& one : target->items) refer(key, one);
  else if (target)
    refer(key, *target);
  return key;
}

std::vector<std::string> texts_from(const Value& made, std::size_t first) {
  std::vector<std::string> names;
  for (std::size_t i = first; i < made.items.size(); ++i)
    names.push_back(made.items[i].is(Value::Kind::text) ? made.items[i].text : "");
  return names;
}

void add_check(Statement& table, const Value& check) {
  const bool is_text = !check.items.empty() && check.items[0].is(Value::Kind::text);
  const auto same = statements_of_sql("CREATE TABLE t (CHECK (" + (is_text ? check.items[0].text : "") + "))");
  const bool is_known = same.size() == 1 && same[0].kind == StatementKind::create_table;
  const std::vector<std::string> columns = is_known ? same[0].checked : std::vector<std::string>{""};
  table.checked.insert(table.checked.end(), columns.begin(), columns.end());
}

void add_column(Statement& table, const Value& column) {
  if (column.items.empty() || !column.items[0].is(Value::Kind::text)) {
    table.hides_columns = true;
    return;
  }
  const std::string& name = column.items[0].text;
  NewColumn& added = table.new_columns.emplace_back(NewColumn{.name = name});
  added.not_null = is_no(column, "nullable") || is_yes(column, "primary_key");
  for (std::size_t i = 1; i < column.items.size(); ++i) {
    const Value& part = column.items[i];
    if (made_name(part) == "CheckConstraint") add_check(table, part);
    if (made_name(part) == "ForeignKey")
      table.new_keys.push_back(foreign_key({name}, part.items.empty() ? part.argument("column") : &part.items[0]));
    else if (i == 1)
      added.type = written(part);
    const EnumTypes types = enum_types_of(part);
    table.made_types.insert(table.made_types.end(), types.made.begin(), types.made.end());
    table.needed_types.insert(table.needed_types.end(), types.needed.begin(), types.needed.end());
  }
  if (is_yes(column, "primary_key")) {
    auto key = std::ranges::find(table.new_keys, ConstraintType::primary_key, &NewKey::type);
    if (key == table.new_keys.end()) key = table.new_keys.insert(key, NewKey{.type = ConstraintType::primary_key});
    key->columns.push_back(name);
  }
  if (is_yes(column, "unique")) table.new_keys.push_back({.type = ConstraintType::unique, .columns = {name}});
  if (is_yes(column, "index")) table.new_keys.push_back({.columns = {name}});
}

}  // namespace

std::vector<std::string> names_of_list(const Value* list) {
  std::vector<std::string> names;
  if (list && list->is(Value::Kind::list))
    for (const Value& item : list->items) names.push_back(item.is(Value::Kind::text) ? item.text : "");
  return names;
}

std::vector<std::string> EnumTypes::all() const {
  std::vector<std::string> names = made;
  names.insert(names.end(), needed.begin(), needed.end());
  return names;
}

EnumTypes enum_types_of(const Value& type) {
  EnumTypes found;
  const std::string_view made = made_name(type);
  if (made == "ARRAY" && !type.items.empty()) return enum_types_of(type.items[0]);
  if ((made != "Enum" && made != "ENUM") || is_no(type, "native_enum")) return found;
  const Value* name = type.argument("name");
  if (!name || !name->is(Value::Kind::text)) return found;
  (is_no(type, "create_type") ? found.needed : found.made).push_back(name->text);
  return found;
}

void add_part(Statement& table, const Value& part) {
  const std::string_view made = made_name(part);
  if (made == "Column") return add_column(table, part);
  if (made == "PrimaryKeyConstraint")
    table.new_keys.push_back({.type = ConstraintType::primary_key, .columns = texts_from(part, 0)});
  else if (made == "UniqueConstraint")
    table.new_keys.push_back({.type = ConstraintType::unique, .columns = texts_from(part, 0)});
  else if (made == "Index")
    table.new_keys.push_back({.columns = texts_from(part, 1)});
  else if (made == "ForeignKeyConstraint")
    table.new_keys.push_back(foreign_key(names_of_list(part.items.empty() ? nullptr : &part.items[0]),
                                         part.items.size() > 1 ? &part.items[1] : part.argument("refcolumns")));
  else if (made == "CheckConstraint")
    add_check(table, part);
  else if (made != "ExcludeConstraint" && !part.is(Value::Kind::none))
    table.hides_columns = true;
}

}  // namespace orchestrate
