#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::change_cluster) return std::nullopt;
  return Flag{.object = s.what,
              .hazard = s.what + " changes the whole server, not this application's schema",
              .effect = "every database of the server is concerned; it may not be undone by a rollback",
              .remedy = "do it by hand, as an administrator"};
}

}  // namespace

const Rule change_cluster{"change-cluster", "out-of-scope", "the whole server is changed", check};

}  // namespace orchestrate::rules
