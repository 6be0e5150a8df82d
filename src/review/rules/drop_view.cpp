#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::drop_object) return std::nullopt;
  if (s.what != "view" && s.what != "materialized view") return std::nullopt;
  return Flag{
      .object = s.table.text(),
      .hazard = "the " + s.what + " " + s.table.text() + " is dropped",
      .effect = "whoever reads it fails from COMMIT on; its privileges are gone, and the rows of a materialized view",
      .remedy = "op.execute(\"CREATE OR REPLACE VIEW " + s.table.text() + " AS ...\")"};
}

}  // namespace

const Rule drop_view{"drop-view", "data-loss", "a view is dropped", check};

}  // namespace orchestrate::rules
