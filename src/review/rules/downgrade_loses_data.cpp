#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

constexpr std::array<StatementKind, 6> losing = {StatementKind::drop_table,  StatementKind::drop_column,
                                                 StatementKind::truncate,    StatementKind::delete_rows,
                                                 StatementKind::drop_schema, StatementKind::opaque};

/// Why going down does not restore; empty when it may.
std::string no_way_back(const ReadRevision& revision) {
  if (revision.statements.empty()) return {};
  if (revision.opposite_body == Script::Body::missing) return "there is none";
  if (revision.opposite_body == Script::Body::empty) return "it does nothing";
  if (revision.opposite_body == Script::Body::refuses) return "it raises";
  const auto loss = std::ranges::find_if(
      revision.opposite, [](const Statement& s) { return std::ranges::find(losing, s.kind) != losing.end(); });
  if (loss == revision.opposite.end()) return {};
  if (loss->kind == StatementKind::opaque) return "nobody can tell what it does (" + loss->why + ")";
  return "it deletes what the new code has written to " + object_of(*loss);
}

std::optional<Flag> check(const ReadRevision& revision, const ReviewState& state) {
  if (state.direction == Direction::downgrade) return std::nullopt;
  const std::string why = no_way_back(revision);
  if (why.empty()) return std::nullopt;
  return Flag{.object = "downgrade",
              .hazard = "downgrade() is no way back: " + why,
              .effect = "the way back from this revision is the backup",
              .remedy = "keep the backup until the release has proven itself",
              .place = {revision.file, 0, 0}};
}

}  // namespace

const Rule downgrade_loses_data{"downgrade-loses-data", "advice", "downgrade() does not bring everything back", check};

}  // namespace orchestrate::rules
