#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"
#include "review/type_effect.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// A foreign key, whether of a new table or of one that was there.
std::vector<NewKey> foreign_keys_of(const Statement& s) {
  if (s.kind == Kind::add_constraint && s.constraint == ConstraintType::foreign_key)
    return {{s.constraint, s.columns, s.referenced_columns, s.references.empty() ? TableName{} : s.references.front()}};
  std::vector<NewKey> keys;
  if (s.kind == Kind::create_table)
    for (const NewKey& key : s.new_keys)
      if (key.type == ConstraintType::foreign_key) keys.push_back(key);
  return keys;
}

bool set_indexes(const TableName& table, const std::vector<std::string>& columns, const ReviewState& state) {
  return any_about(table, state, [&](const Statement& s) {
    const bool is_index = s.kind == Kind::create_index && s.method.empty() && !s.is_partial;
    const bool is_key = s.kind == Kind::add_constraint &&
                        (s.constraint == ConstraintType::unique || s.constraint == ConstraintType::primary_key);
    if ((is_index || is_key) && begins_with(s.columns, columns)) return true;
    return s.kind == Kind::create_table && std::ranges::any_of(s.new_keys, [&](const NewKey& key) {
             return key.type != ConstraintType::foreign_key && begins_with(key.columns, columns);
           });
  });
}

/// Whether there was no index that begins with these columns; nullopt: nobody can tell.
std::optional<bool> lacks_index(const Statement& s, const std::vector<std::string>& columns, const ReviewState& state) {
  if (s.kind == Kind::create_table || s.on_new_table) return !s.if_not_exists;
  if (const TableFacts* table = table_of(s, state))
    return std::ranges::none_of(table->indexes, [&](const auto& entry) {
      return entry.second.plain && begins_with(entry.second.columns, columns);
    });
  const bool is_new = any_about(s.table, state, [&](const Statement& other) {
    return other.kind == Kind::add_column && !other.if_not_exists &&
           std::ranges::find(columns, other.name) != columns.end();
  });
  return is_new ? std::optional(true) : std::nullopt;
}

std::optional<Flag> foreign_key_without_index(const Statement& s, const ReviewState& state) {
  for (const NewKey& key : foreign_keys_of(s)) {
    const bool unread = key.columns.empty() || std::ranges::find(key.columns, "") != key.columns.end();
    if (unread || set_indexes(s.table, key.columns, state)) continue;
    if (lacks_index(s, key.columns, state) != true) continue;
    const std::string columns = listed(key.columns);
    return Flag{
        .object = object_of(s),
        .hazard = "no index of " + s.table.text() + " begins with " + columns + ", which references another table",
        .effect = "each DELETE and each UPDATE of a key there reads all of " + s.table.text(),
        .remedy = fmt::format("in a revision of its own, or for a new table without CONCURRENTLY:\n"
                              "with op.get_context().autocommit_block():\n"
                              "    op.create_index(\"ix_{0}_{1}\", \"{0}\", [{2}]{3}, postgresql_concurrently=True)",
                              s.table.name, key.columns.front(), quoted(key.columns), schema_argument(s))};
  }
  return std::nullopt;
}

/// As the set has left it by then, else as the catalog has it; empty: nobody can tell.
std::string type_of(const TableName& table, bool qualified, const std::string& column, const Statement& by,
                    const ReviewState& state) {
  std::string type;
  for (const Statement* s : state.run_order.about(table)) {
    if (s->order > by.order) break;
    const bool is_another = s->kind == Kind::rename_column || s->kind == Kind::drop_column ||
                            s->kind == Kind::drop_table || s->kind == Kind::rename_table;
    if (is_another || s->conditional) return {};
    if ((s->kind == Kind::add_column || s->kind == Kind::set_type) && s->name == column) type = s->type;
    if (s->kind != Kind::create_table) continue;
    for (const NewColumn& made : s->new_columns)
      if (made.name == column) type = made.type;
  }
  if (!type.empty()) return type;
  const TableFacts* facts = state.facts.find(table, qualified);
  if (!facts) return {};
  const auto found = facts->columns.find(column);
  return found == facts->columns.end() ? std::string() : found->second.type;
}

/// The first pair of columns of a foreign key, and their types, that `test` is true of.
struct ColumnPair {
  std::string column, type;
  std::string key, key_type;
  TableName referenced;
};
template <class Test>
std::optional<ColumnPair> first_pair(const Statement& s, const ReviewState& state, Test test) {
  for (const NewKey& key : foreign_keys_of(s))
    for (std::size_t i = 0; i < key.columns.size() && i < key.referenced.size(); ++i) {
      const std::string child = type_of(s.table, s.qualified, key.columns[i], s, state);
      const std::string parent = type_of(key.table, is_qualified(key.table), key.referenced[i], s, state);
      if (test(child, parent)) return ColumnPair{key.columns[i], child, key.referenced[i], parent, key.table};
    }
  return std::nullopt;
}

std::string hazard_of(const ColumnPair& pair) {
  return fmt::format("{} is {}, and {} of {}, which it references, is {}", pair.column, sql_type(pair.type), pair.key,
                     pair.referenced.text(), sql_type(pair.key_type));
}

std::optional<Flag> foreign_key_types_differ(const Statement& s, const ReviewState& state) {
  const auto pair = first_pair(s, state, [](const auto& type, const auto& key) { return !can_reference(type, key); });
  if (!pair) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = hazard_of(*pair),
              .effect = "PostgreSQL cannot compare the two, so that it refuses the key (SQLSTATE 42804)",
              .remedy = "give both the same type: " + sql_type(pair->key_type)};
}

std::optional<Flag> foreign_key_narrower(const Statement& s, const ReviewState& state) {
  const auto pair = first_pair(s, state, holds_fewer_numbers);
  if (!pair) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = hazard_of(*pair),
              .effect = "rows there whose key is too large for the smaller type cannot be referenced: INSERTs fail",
              .remedy = "give both the same type: " + sql_type(pair->key_type)};
}

const std::array all = {
    Rule{.id = "foreign-key-without-index",
         .category = "advice",
         .summary = "a foreign key whose columns no index begins with",
         .why = "PostgreSQL makes no index for a foreign key. Whenever a row of the referenced table is deleted, or "
                "its key "
                "changes, it looks for rows here: without an index in the whole table, once for each row.",
         .bad = {"CREATE TABLE notes (id bigint PRIMARY KEY, panel_id bigint REFERENCES panels (id))",
                 "op.add_column(\"notes\", sa.Column(\"panel_id\", sa.BigInteger()))\n"
                 "op.create_foreign_key(\"k\", \"notes\", \"panels\", [\"panel_id\"], [\"id\"], "
                 "postgresql_not_valid=True)"},
         .good = {"CREATE TABLE notes (id bigint PRIMARY KEY, panel_id bigint REFERENCES panels (id));\n"
                  "CREATE INDEX i ON notes (panel_id)",
                  "op.create_table(\"notes\", sa.Column(\"id\", sa.BigInteger(), primary_key=True),\n"
                  "    sa.Column(\"panel_id\", sa.BigInteger(), sa.ForeignKey(\"panels.id\"), index=True))"},
         .check = foreign_key_without_index},
    Rule{.id = "foreign-key-types-differ",
         .category = "would-fail",
         .summary = "a foreign key whose type cannot be compared with what it references",
         .why = "A foreign key looks its values up in the other table's index, for which PostgreSQL needs an operator "
                "that compares the two types, or a cast that it makes by itself: bigint may reference numeric, text "
                "may not reference bigint, nor numeric bigint.",
         .bad = {"CREATE TABLE panels (id bigint PRIMARY KEY);\n"
                 "CREATE TABLE notes (id bigint PRIMARY KEY, panel_id text REFERENCES panels (id))",
                 "op.create_table(\"panels\", sa.Column(\"id\", sa.Uuid(), primary_key=True))\n"
                 "op.create_table(\"notes\", sa.Column(\"panel_id\", sa.Integer(), sa.ForeignKey(\"panels.id\")))"},
         .good = {"CREATE TABLE panels (id numeric PRIMARY KEY);\n"
                  "CREATE TABLE notes (id bigint PRIMARY KEY, panel_id bigint REFERENCES panels (id))",
                  "op.create_table(\"panels\", sa.Column(\"id\", sa.Uuid(), primary_key=True))\n"
                  "op.create_table(\"notes\", sa.Column(\"panel_id\", sa.Uuid(), sa.ForeignKey(\"panels.id\")))"},
         .check = foreign_key_types_differ},
    Rule{.id = "foreign-key-narrower",
         .category = "advice",
         .summary = "a foreign key that holds fewer numbers than what it references",
         .why = "An integer column may reference a bigint one. It works until the other table's key passes "
                "2147483647.",
         .bad = {"CREATE TABLE panels (id bigint PRIMARY KEY);\n"
                 "CREATE TABLE notes (id bigint PRIMARY KEY, panel_id int REFERENCES panels (id))",
                 "op.create_table(\"panels\", sa.Column(\"id\", sa.BigInteger(), primary_key=True))\n"
                 "op.create_table(\"notes\", sa.Column(\"panel_id\", sa.Integer(), sa.ForeignKey(\"panels.id\")))"},
         .good = {"CREATE TABLE panels (id bigint PRIMARY KEY);\n"
                  "CREATE TABLE notes (id bigint PRIMARY KEY, panel_id bigint REFERENCES panels (id))",
                  "op.create_table(\"panels\", sa.Column(\"id\", sa.BigInteger(), primary_key=True))\n"
                  "op.create_table(\"notes\", sa.Column(\"panel_id\", sa.BigInteger(), sa.ForeignKey(\"panels.id\")))"},
         .check = foreign_key_narrower},
};

}  // namespace

std::span<const Rule> foreign_keys() {
  return all;
}

}  // namespace orchestrate::rules
