#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

bool is_plain(const Statement& s) {
  return s.method.empty() && !s.is_partial && !s.columns.empty() && std::ranges::find(s.columns, "") == s.columns.end();
}

bool is_prefix(const std::vector<std::string>& some, const std::vector<std::string>& columns) {
  return some.size() <= columns.size() && std::equal(some.begin(), some.end(), columns.begin());
}

/// The index of the set that finds all that `s` finds; empty: none. Of two that are the same the first stays.
std::string index_of_set(const Statement& s, const ReviewState& state) {
  for (const Statement* other : state.run_order.about(s.table)) {
    if (other->order == s.order) continue;
    const bool longer = other->columns.size() > s.columns.size();
    const bool is_index = other->kind == Kind::create_index && is_plain(*other) && other->name != s.name;
    if (is_index && is_prefix(s.columns, other->columns) && (longer || other->order < s.order)) return other->name;
    if (other->kind != Kind::create_table) continue;
    for (const NewKey& key : other->new_keys)
      if (key.type != ConstraintType::foreign_key && is_prefix(s.columns, key.columns))
        return key.type == ConstraintType::primary_key ? "the primary key" : "a unique constraint";
  }
  return {};
}

std::string index_of_catalog(const Statement& s, const ReviewState& state) {
  const TableFacts* table = table_of(s, state);
  if (!table) return {};
  for (const auto& [name, index] : table->indexes) {
    const bool serves = index.plain && index.valid && name != s.name && is_prefix(s.columns, index.columns);
    const auto is_its_end = [&](const Statement& other) { return other.name == name; };
    if (serves && !any_of_kind({Kind::drop_index, Kind::drop_constraint}, state, is_its_end)) return name;
  }
  return {};
}

std::optional<Flag> redundant_index(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::create_index || s.unique || !is_plain(s)) return std::nullopt;
  const std::string other = index_of_set(s, state);
  const std::string name = other.empty() ? index_of_catalog(s, state) : other;
  if (name.empty()) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = fmt::format("{} of {} finds what the index {} is for", name, s.table.text(), s.name),
              .effect = "each write keeps one index more, and it takes its space, for nothing",
              .remedy = "leave it out; in the models: no index=True beside primary_key=True or unique=True"};
}

std::optional<Flag> masked_index(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::create_index || !s.if_not_exists || !s.concurrently) return std::nullopt;
  const bool dropped = any_of_kind(
      {Kind::drop_index}, state, [&](const Statement& other) { return other.name == s.name && other.order < s.order; });
  if (dropped || s.on_new_table) return std::nullopt;
  std::string there =
      "an index of that name that an earlier attempt left INVALID, or that is another one, stays as "
      "it is, and the migration passes";
  if (const TableFacts* table = table_of(s, state)) {
    const auto index = table->indexes.find(s.name);
    if (index == table->indexes.end()) return std::nullopt;
    if (index->second.valid && (!is_plain(s) || index->second.columns == s.columns)) return std::nullopt;
    there = index->second.valid
                ? "the index of that name has other columns: it stays as it is, and the migration passes"
                : "the index of that name is INVALID: it stays so, and the migration passes";
  }
  return Flag{.object = s.name,
              .hazard = "IF NOT EXISTS with CONCURRENTLY: " + s.name,
              .effect = there,
              .remedy = fmt::format("drop what is left first, in the same autocommit_block():\n"
                                    "op.drop_index(\"{}\", table_name=\"{}\"{}, postgresql_concurrently=True, "
                                    "if_exists=True)",
                                    s.name, s.table.name, schema_argument(s))};
}

std::optional<Flag> hash_index(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::create_index || s.method != "hash") return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "the index " + s.name + " is a hash index",
              .effect = "it finds equal values of one column only: no order, no range, no uniqueness",
              .remedy = "leave postgresql_using out, unless the values are long and were measured"};
}

std::optional<Flag> wide_index(const Statement& s, const ReviewState&) {
  constexpr std::size_t most = 3;
  if (s.kind != Kind::create_index || s.columns.size() <= most) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = fmt::format("the index {} has {} columns", s.name, s.columns.size()),
              .effect = "it is large, each write of any of them keeps it, and queries rarely use more than the first",
              .remedy = "the one or two columns that select most; postgresql_include= for those that are only read"};
}

const std::array all = {
    Rule{.id = "redundant-index",
         .category = "advice",
         .summary = "an index that another one makes needless",
         .why = "An index on (a, b) also finds rows by a; a primary key or unique constraint is an index already. "
                "index=True beside primary_key=True is the usual cause.",
         .bad = {"CREATE TABLE notes (id bigint PRIMARY KEY);\nCREATE INDEX i ON notes (id)",
                 "op.create_table(\"notes\", sa.Column(\"id\", sa.BigInteger(), primary_key=True))\n"
                 "op.create_index(\"i\", \"notes\", [\"id\"])"},
         .good = {"CREATE TABLE notes (id bigint PRIMARY KEY, at timestamptz);\nCREATE INDEX i ON notes (at, id)",
                  "op.create_table(\"notes\", sa.Column(\"id\", sa.BigInteger(), primary_key=True),\n"
                  "    sa.Column(\"note\", sa.Text()))\n"
                  "op.create_index(\"i\", \"notes\", [\"note\"])"},
         .check = redundant_index},
    Rule{.id = "masked-index",
         .category = "advice",
         .summary = "IF NOT EXISTS may leave an invalid index in its place",
         .why =
             "CREATE INDEX CONCURRENTLY that fails or is interrupted leaves an INVALID index. IF NOT EXISTS looks at "
             "its name only, so the next attempt does nothing and succeeds.",
         .bad = {"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON panels (title)",
                 "with op.get_context().autocommit_block():\n"
                 "    op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True, "
                 "if_not_exists=True)"},
         .good = {"DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON panels (title)",
                  "with op.get_context().autocommit_block():\n"
                  "    op.drop_index(\"i\", table_name=\"panels\", postgresql_concurrently=True, if_exists=True)\n"
                  "    op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True, "
                  "if_not_exists=True)"},
         .check = masked_index},
    Rule{.id = "hash-index",
         .category = "advice",
         .summary = "an index that finds equal values only",
         .why = "A btree answers all that a hash index answers, and more.",
         .bad = {"CREATE INDEX CONCURRENTLY i ON panels USING hash (title)",
                 "op.create_index(\"i\", \"panels\", [\"title\"], postgresql_using=\"hash\")"},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (title)",
                  "op.create_index(\"i\", \"panels\", [\"title\"], postgresql_using=\"gin\")"},
         .check = hash_index},
    Rule{.id = "wide-index",
         .category = "advice",
         .summary = "an index with more than three columns",
         .why = "The columns after the first two or three select little, and make the index large and writes slow.",
         .bad = {"CREATE INDEX CONCURRENTLY i ON panels (a, b, c, d)",
                 "op.create_index(\"i\", \"panels\", [\"a\", \"b\", \"c\", \"d\"])"},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (a, b)", "op.create_index(\"i\", \"panels\", [\"a\", \"b\"])"},
         .check = wide_index},
};

}  // namespace

std::span<const Rule> indexes() {
  return all;
}

}  // namespace orchestrate::rules
