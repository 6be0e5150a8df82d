#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrate/json.hpp"
#include "review/statement.hpp"

/// Pieces of PostgreSQL's parse tree as libpg_query prints it in JSON.
namespace orchestrate::sql_tree {

inline bool is_true(const Json& node) {
  return node.is_bool() && node.as_bool();
}

/// What a function of the parser's library answers, with the function that frees it.
template <class Result>
using Owned = std::unique_ptr<Result, void (*)(Result*)>;

/// Of a whole text: `tree` is what the parser made of `sql`. Throws Error where it is nested too deep.
std::vector<Statement> statements_of_tree(std::string_view tree, std::string_view sql);

/// Name and body of a wrapped node such as {"DropStmt": {...}}; empty name when it is none.
std::pair<std::string_view, const Json*> unwrapped(const Json& node);
/// Items of an array; none when it is absent.
const Json::Array& items(const Json& node);

/// A statement about the table of a RangeVar.
Statement about(StatementKind kind, const Json& range_var);
/// Dotted name of a list of String nodes, as schema and name.
Statement about_name(StatementKind kind, const Json& strings);
/// The same for a part of a table: `DROP TRIGGER t ON cfg.panels` is written as cfg, panels, t.
Statement about_part_of_table(StatementKind kind, const Json& strings);
/// What a RangeVar names, if it is one.
void add_reference(Statement& statement, const Json& range_var);
std::vector<std::string> texts(const Json& strings);
/// A TypeName as it was written, without pg_catalog.
std::string type_text(const Json& type_name);

/// One that is no more than its own words: `ALTER SYSTEM`.
Statement command(StatementKind kind, std::string words = {});

/// What is no table. Each takes the body of its node.
std::vector<Statement> drop(const Json& body);
std::vector<Statement> rename(const Json& body);
std::vector<Statement> set_schema(const Json& body);
std::vector<Statement> set_owner(const Json& body);
std::vector<Statement> comment(const Json& body);
std::vector<Statement> create_view(const Json& body);
std::vector<Statement> create_trigger(const Json& body);
std::vector<Statement> create_policy(const Json& body);
std::vector<Statement> create_function(const Json& body);
std::vector<Statement> alter_enum(const Json& body);
std::vector<Statement> alter_sequence(const Json& body);
std::vector<Statement> create_extension(const Json& body);
std::vector<Statement> alter_extension(const Json& body);
std::vector<Statement> create_domain(const Json& body);
std::vector<Statement> alter_domain(const Json& body);
std::vector<Statement> grant(const Json& body);
std::vector<Statement> default_privileges(const Json& body);
/// `words` is the command.
std::vector<Statement> change_role(const Json& body, std::string words);
std::vector<Statement> of_relation(StatementKind kind, const Json& relation, ObjectKind object);
std::vector<Statement> named(StatementKind kind, const Json& names, ObjectKind object);
std::vector<Statement> of_kind(StatementKind kind, ObjectKind object);

/// A table from its columns, or from a query.
std::vector<Statement> create_table(const Json& body);
std::vector<Statement> create_table_as(const Json& body);
/// Everything that it may run, with opaque ones for what it computes.
std::vector<Statement> do_block(const Json& body);
/// ALTER TABLE, one statement for each of its commands.
std::vector<Statement> alter_table(const Json& body);
/// Of a Constraint node; none: NOT NULL, a default and the like.
ConstraintType constraint_type(const Json& constraint);
/// Whether a function of PostgreSQL's own, by its bare name, only computes.
bool only_computes(std::string_view function);
/// Whether it may give another value for each row, or is not known.
bool differs_by_row(std::string_view function);
/// What a SELECT, INSERT, UPDATE or DELETE does, with everything nested in it and the functions that it calls.
std::vector<Statement> query(const Json& node);

/// Notes what an INSERT, UPDATE or DELETE writes, and what its WHERE compares with constants.
void look_at_values(Statement& statement, const Json& body);
/// What `SELECT setval(...)` does, by its arguments: RESTART, unless the value is computed from what is there.
Statement setval(const Json& arguments);

}  // namespace orchestrate::sql_tree
