#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// PostgreSQL cuts names to 63 bytes (NAMEDATALEN - 1).
std::optional<Flag> long_name(const Statement& s, const ReviewState&) {
  constexpr std::size_t longest = 63;
  static constexpr std::array making = {Kind::create_table,   Kind::add_column,    Kind::create_index,
                                        Kind::add_constraint, Kind::rename_column, Kind::rename_table};
  if (std::ranges::find(making, s.kind) == making.end()) return std::nullopt;
  const std::string& name = !s.new_name.empty() ? s.new_name : s.kind == Kind::create_table ? s.table.name : s.name;
  if (name.size() <= longest) return std::nullopt;
  return Flag{.object = name,
              .hazard = fmt::format("the name {} has {} bytes; PostgreSQL keeps 63", name, name.size()),
              .effect = "it is cut without an error, and two that begin alike are the same",
              .remedy = "choose a shorter one"};
}

std::optional<Flag> cascading_delete(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_constraint || !s.deletes_children) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "a foreign key with ON DELETE CASCADE is added to " + s.table.text(),
              .effect = "one DELETE in the other table deletes any number of rows here",
              .remedy = "RESTRICT, and delete what is meant by name"};
}

const std::array all = {
    Rule{.id = "name-too-long",
         .category = "advice",
         .summary = "a name that PostgreSQL cuts",
         .why = "Names have 63 bytes at most. Longer ones are cut with a notice that nobody reads.",
         .bad = {"",
                 "op.create_index(\"a23456789_123456789_123456789_123456789_123456789_123456789_1234\", \"panels\", "
                 "[\"id\"])"},
         .good = {"ALTER TABLE panels ADD COLUMN note text",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .check = long_name},
    Rule{.id = "cascading-delete",
         .category = "advice",
         .summary = "one DELETE deletes many rows elsewhere",
         .why = "ON DELETE CASCADE makes the reach of a DELETE invisible where it is written.",
         .bad =
             {"ALTER TABLE panels ADD FOREIGN KEY (channel) REFERENCES channels (id) ON DELETE CASCADE NOT VALID",
              "op.create_foreign_key(\"k\", \"panels\", \"channels\", [\"channel\"], [\"id\"], ondelete=\"CASCADE\")"},
         .good = {"ALTER TABLE panels ADD FOREIGN KEY (channel) REFERENCES channels (id) NOT VALID",
                  "op.create_foreign_key(\"k\", \"panels\", \"channels\", [\"channel\"], [\"id\"])"},
         .check = cascading_delete},
};

}  // namespace

std::span<const Rule> style() {
  return all;
}

}  // namespace orchestrate::rules
