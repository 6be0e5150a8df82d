#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::set_parameter) return std::nullopt;
  static constexpr std::array<std::string_view, 3> dangerous = {"search_path", "session_replication_role", "role"};
  if (std::ranges::find(dangerous, s.name) == dangerous.end()) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "cannot judge: SET " + s.name + " changes what the following statements do",
              .effect = s.name == "search_path"
                            ? "names without a schema go to other tables than this review takes them for"
                            : "triggers, foreign keys or rights no longer hold as written",
              .remedy = "write the schema with each name: schema=\"...\""};
}

}  // namespace

const Rule search_path{"search-path", "cannot-judge", "names mean something else from here on", check};

}  // namespace orchestrate::rules
