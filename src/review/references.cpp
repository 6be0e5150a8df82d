#include "review/directives.hpp"

#include <algorithm>
#include <cctype>

namespace orchestrate {
namespace {

void refer_to(Statement& statement, const Value& column) {
  const std::size_t end = column.is(Value::Kind::text) ? column.text.rfind('.') : std::string::npos;
  if (end == std::string::npos) {
    statement.hidden_reference = "a foreign key refers to a table that is not written here";
    return;
  }
  const std::string table = column.text.substr(0, end);
  const std::size_t dot = table.rfind('.');
  if (dot == std::string::npos) statement.references.push_back({"public", table});
  if (dot != std::string::npos) statement.references.push_back({table.substr(0, dot), table.substr(dot + 1)});
}

void refer_to_each(Statement& statement, const Value& constraint) {
  static const Value nothing = Value::unknown("nothing");
  const Value* columns = constraint.items.size() > 1 ? &constraint.items[1] : constraint.argument("refcolumns");
  if (!columns || !columns->is(Value::Kind::list) || columns->items.empty()) return refer_to(statement, nothing);
  for (const Value& column : columns->items) refer_to(statement, column);
}

}  // namespace

bool is_cascade(const Value* ondelete) {
  if (!ondelete || !ondelete->is(Value::Kind::text)) return false;
  std::string word = ondelete->text;
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word == "CASCADE";
}

void add_references(Statement& statement, const Value& part) {
  const bool followed = part.is_known() || part.is(Value::Kind::symbol) || part.is(Value::Kind::made);
  if (!followed) statement.hidden_reference = "what it refers to depends on " + why_unknown(part);
  if (!part.is(Value::Kind::made)) return;
  const std::string_view made = last_part(part.text);
  if (made == "ForeignKey") {
    const Value* column = part.items.empty() ? part.argument("column") : &part.items[0];
    refer_to(statement, column ? *column : Value::unknown("nothing"));
  }
  if (made == "ForeignKeyConstraint") refer_to_each(statement, part);
  if (made != "Column") return;
  for (const Value& item : part.items) add_references(statement, item);
}

}  // namespace orchestrate
