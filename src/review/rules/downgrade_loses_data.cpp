#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

constexpr std::array<StatementKind, 6> losing = {StatementKind::drop_table,  StatementKind::drop_column,
                                                 StatementKind::truncate,    StatementKind::delete_rows,
                                                 StatementKind::drop_schema, StatementKind::opaque};

/// Why going down does not restore; empty when it may.
std::string grade_of(const Script& script) {
  if (script.upgrade.empty()) return {};
  if (script.downgrade_body == Script::Body::missing) return "there is none";
  if (script.downgrade_body == Script::Body::empty) return "it does nothing";
  if (script.downgrade_body == Script::Body::refuses) return "it raises";
  const auto loss = std::ranges::find_if(
      script.downgrade, [](const Statement& s) { return std::ranges::find(losing, s.kind) != losing.end(); });
  if (loss == script.downgrade.end()) return {};
  if (loss->kind == StatementKind::opaque) return "nobody can tell what it does (" + loss->why + ")";
  return "it deletes what the new code has written to " + object_of(*loss);
}

std::optional<Flag> check(const ReadRevision& revision, const ReviewState&) {
  const std::string grade = grade_of(revision.script);
  if (grade.empty()) return std::nullopt;
  return Flag{.object = "downgrade",
              .hazard = "downgrade() is no way back: " + grade,
              .effect = "the way back from this revision is the backup",
              .remedy = "keep the backup until the release has proven itself",
              .place = {revision.file, 0, 0}};
}

}  // namespace

const Rule downgrade_loses_data{"downgrade-loses-data", "advice", "downgrade() does not bring everything back", check};

}  // namespace orchestrate::rules
