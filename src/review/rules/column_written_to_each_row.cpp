#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, const ReviewState&) {
  if (s.kind != StatementKind::add_column || !s.differs_by_row || s.on_new_table) return std::nullopt;
  const std::string column = "\"" + s.table.name + "\", sa.Column(\"" + s.name + "\", ...)" + schema_argument(s);
  return Flag{
      .object = object_of(s),
      .hazard = "the new column " + object_of(s) + " has a value of its own in each row",
      .effect =
          "the whole table and its indexes are written anew under ACCESS EXCLUSIVE; as much disk again is "
          "needed (a constant default, or now(), is only noted in the catalog)",
      .remedy = "add it without the default, set that for new rows, fill the old ones in batches:\nop.add_column(" +
                column + ")\nop.alter_column(\"" + s.table.name + "\", \"" + s.name +
                "\", server_default=sa.text(\"...\")" + schema_argument(s) + ")"};
}

}  // namespace

const Rule column_written_to_each_row{"column-written-to-each-row", "blocking-lock",
                                      "a new column makes PostgreSQL write the whole table", check};

}  // namespace orchestrate::rules
