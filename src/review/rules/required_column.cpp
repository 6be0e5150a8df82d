#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::add_column) return std::nullopt;
  if (!s.not_null || s.server_default || s.on_new_table) return std::nullopt;
  const std::string why = s.client_default ? "; default= is for SQLAlchemy only, the database never sees it" : "";
  return Flag{.object = object_of(s),
              .hazard = "the new column " + object_of(s) + " is NOT NULL without a default in the database" + why,
              .effect = "the migration fails when the table holds a row; INSERTs of code that does not know it fail",
              .remedy = "op.add_column(\"" + s.table.name + "\", sa.Column(\"" + s.name +
                        "\", ..., nullable=False, "
                        "server_default=...)" +
                        schema_argument(s) + ")"};
}

}  // namespace

const Rule required_column{"required-column", "compatibility", "a NOT NULL column without a default in the database",
                           check};

}  // namespace orchestrate::rules
