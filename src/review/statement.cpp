#include "review/statement.hpp"

#include <algorithm>
#include <array>

namespace orchestrate {
namespace {

constexpr auto words = std::to_array<std::string_view>({"",           "view",       "materialized view",
                                                        "function",   "procedure",  "aggregate",
                                                        "routine",    "trigger",    "rule",
                                                        "policy",     "type",       "domain",
                                                        "sequence",   "extension",  "index",
                                                        "constraint", "statistics", "schema",
                                                        "role",       "language",   "operator",
                                                        "comment",    "object"});
static_assert(words.size() == static_cast<std::size_t>(ObjectKind::other) + 1);

}  // namespace

std::string_view to_string(ObjectKind kind) {
  return words[static_cast<std::size_t>(kind)];
}

ObjectKind object_kind(std::string_view word) {
  const auto found = std::ranges::find(words, word);
  return found == words.end() ? ObjectKind::other : static_cast<ObjectKind>(found - words.begin());
}

}  // namespace orchestrate
