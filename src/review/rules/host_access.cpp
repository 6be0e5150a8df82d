#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::access_host) return std::nullopt;
  return Flag{
      .object = s.what,
      .hazard = s.what + " reaches the host: files, programs or the network",
      .effect = "it runs with the rights of the migration's user or of the PostgreSQL server and no rollback undoes it",
      .remedy = "take it out of the migration"};
}

}  // namespace

const Rule host_access{"host-access", "out-of-scope", "the host is touched", check};

}  // namespace orchestrate::rules
