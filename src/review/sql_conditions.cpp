#include "review/sql_conditions.hpp"

#include <algorithm>

#include "review/sql.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {
namespace {

/// Where the CHECKs of a statement begin, in the order in which they are written.
void find_checks(const Json& node, std::vector<std::size_t>& offsets) {
  if (node.is_array())
    for (const Json& item : node.as_array()) find_checks(item, offsets);
  if (!node.is_object()) return;
  if (node.text_or("contype") == "CONSTR_CHECK")
    offsets.push_back(static_cast<std::size_t>(node.integer_or("location", 0)));
  for (const auto& [name, member] : node.as_object()) find_checks(member, offsets);
}

/// `(a > 0)` of `CHECK (a > 0) NOT VALID`: the parse tree has no end of it, but a shorter text than the whole does not
/// parse.
std::string condition_at(std::string_view sql, std::size_t offset) {
  const std::size_t from = sql.find('(', offset);
  if (from == std::string_view::npos) return {};
  for (std::size_t to = sql.find(')', from); to != std::string_view::npos; to = sql.find(')', to + 1)) {
    const std::string_view text = sql.substr(from, to + 1 - from);
    const auto parsed = statements_of_sql("SELECT " + std::string(text));
    if (parsed.size() == 1 && parsed[0].kind == StatementKind::read) return std::string(text);
  }
  return {};
}

bool is_check(const Statement& s) {
  return s.kind == StatementKind::add_constraint && s.constraint == ConstraintType::check;
}

}  // namespace

std::string computing_condition(std::string_view condition) {
  const std::string text = "(" + std::string(condition) + ")";
  const auto parsed = statements_of_sql("SELECT " + text);
  return parsed.size() == 1 && parsed[0].kind == StatementKind::read ? text : std::string();
}

void take_conditions(std::string_view sql, const Json& node, std::vector<Statement>& statements) {
  const auto checks = static_cast<std::size_t>(std::ranges::count_if(statements, is_check));
  if (checks == 0) return;
  std::vector<std::size_t> offsets;
  find_checks(node, offsets);
  if (offsets.size() != checks) return;
  auto next = offsets.begin();
  for (Statement& statement : statements)
    if (is_check(statement)) statement.condition = condition_at(sql, *next++);
}

}  // namespace orchestrate
