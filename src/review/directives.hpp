#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "review/statement.hpp"
#include "review/value.hpp"

namespace orchestrate {

/// Positional and keyword arguments of a call.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
  bool open = false;  ///< holds `*args` or `**kwargs` that nobody can read
};

/// What `op.NAME(...)` does, or `batch_op.NAME(...)` when `batch` is its handle; nullopt: Alembic 1.18 knows no such
/// directive that changes anything. Arguments that nobody can read make opaque statements.
std::optional<std::vector<Statement>> statements_of_directive(std::string_view name, const Arguments& arguments,
                                                              const Value* batch);

/// Of a foreign key's `ondelete`.
bool is_cascade(const Value* ondelete);
/// What tables `part` of a new table, a sa.Column or a constraint, refers to.
void add_references(Statement& statement, const Value& part);
/// The columns and keys that `part` of a new table brings.
void add_part(Statement& table, const Value& part);
/// The texts of a list; an empty one stands for what is no text.
std::vector<std::string> names_of_list(const Value* list);
/// What an INSERT or UPDATE writes into a column.
void note_written(Statement& statement, std::string_view column, const Value& value);
/// Names of the enum types of PostgreSQL that `type` needs. SQLAlchemy makes those with a new table that `made` says.
struct EnumTypes {
  std::vector<std::string> made, needed;
  /// What a column that is added needs, for with that SQLAlchemy makes none.
  std::vector<std::string> all() const;
};
EnumTypes enum_types_of(const Value& type);

/// What a `sa.Column(...)` brings to `table`: the column, and the constraints and indexes that come with it.
std::vector<Statement> statements_of_column(const Statement& on_table, const Value& column);

}  // namespace orchestrate
