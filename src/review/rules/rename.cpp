#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::rename_table && s.kind != StatementKind::rename_column &&
      s.kind != StatementKind::move_table)
    return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard =
          object_of(s) + (s.kind == StatementKind::move_table ? " moves to schema " : " is renamed to ") + s.new_name,
      .effect = "code that uses the old name fails from COMMIT until it is restarted; short ACCESS EXCLUSIVE",
      .remedy = "stop the service before the upgrade, or add the new name first and drop the old one a release later"};
}

}  // namespace

const Rule rename{"rename", "compatibility", "a table or column gets another name or schema", check};

}  // namespace orchestrate::rules
