#include "schema/shape.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "schema/expression_text.hpp"
#include "schema/shape_query.hpp"
#include "schema/text_array.hpp"

namespace orchestrate {
namespace {

constexpr std::string_view extension = "extension ", of_administrators = "takes an administrator";

/// The table or view that a column, or what is `on` it, belongs to; empty: it is none of these.
std::string_view relation_of(std::string_view object) {
  constexpr std::string_view column = "column ", on = " on ";
  if (object.starts_with(column)) return object.substr(column.size(), object.rfind('.') - column.size());
  const std::size_t at = object.rfind(on);
  return at == std::string_view::npos ? std::string_view() : object.substr(at + on.size());
}

bool goes_with_its_relation(std::string_view object, const Shape& with, const Shape& without) {
  const std::string_view relation = relation_of(object);
  return std::ranges::any_of(std::array{"table ", "view ", "materialized view "}, [&](const std::string& kind) {
    const std::string name = kind + std::string(relation);
    return with.contains(name) && !without.contains(name);
  });
}

/// Who may make an extension is a matter of the server that it is on: only that it is there counts.
bool is_alike(std::string_view object, std::string_view one, std::string_view other) {
  return object.starts_with(extension) || is_same_expression(one, other);
}

/// The stand-in has what another role made on production, so an extension that no migration made is the role's own.
/// Where any role may make it, the application may well need it, and a database built anew would lack it. What takes an
/// administrator, such as pg_stat_statements, a role that is one has made in that capacity, and no migration has to;
/// nor what came with another one (CREATE EXTENSION ... CASCADE).
bool is_an_administrators(std::string_view object, std::string_view definition) {
  return object.starts_with(extension) && definition == of_administrators;
}

}  // namespace

Task<Shape> read_shape(Database& database, std::vector<std::string> schemas, TableName version_table,
                       std::stop_token stop) {
  const std::string whole_names = "SELECT set_config('search_path', 'pg_catalog', false)", sql = shape_query();
  co_await database.query(whole_names, stop);
  const std::vector<std::string> parameters = {text_array(schemas), version_table.quoted(),
                                               std::string(of_administrators)};
  const Rows rows = co_await database.query(sql, parameters, stop);
  Shape shape;
  for (const auto& row : rows.rows) shape[row.at(0).value()] = row.at(1).value_or("");
  co_return shape;
}

std::vector<ShapeDifference> differences(const Shape& one, const Shape& other) {
  std::vector<ShapeDifference> found;
  for (const auto& [object, definition] : one) {
    const auto there = other.find(object);
    if (there == other.end() && !goes_with_its_relation(object, one, other))
      found.push_back({.object = object, .one = definition, .other = {}});
    else if (there != other.end() && !is_alike(object, definition, there->second))
      found.push_back({.object = object, .one = definition, .other = there->second});
  }
  for (const auto& [object, definition] : other)
    if (!one.contains(object) && !goes_with_its_relation(object, other, one) &&
        !is_an_administrators(object, definition))
      found.push_back({.object = object, .one = {}, .other = definition});
  std::ranges::stable_sort(found, {}, &ShapeDifference::object);
  return found;
}

}  // namespace orchestrate
