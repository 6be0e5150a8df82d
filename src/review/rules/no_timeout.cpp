#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

/// `new_name` is the value: 0 is PostgreSQL's own default, and means for ever.
std::optional<Flag> check(const Statement& s, const ReviewState&) {
  static constexpr std::array<std::string_view, 2> limits = {"lock_timeout", "statement_timeout"};
  if (s.kind != StatementKind::set_parameter) return std::nullopt;
  if (std::ranges::find(limits, s.name) == limits.end()) return std::nullopt;
  if (s.new_name != "0" && s.new_name != "default") return std::nullopt;
  return Flag{.object = s.name,
              .hazard = s.name + " is turned off",
              .effect = s.name == "lock_timeout"
                            ? "a statement that waits for a lock waits for ever, and everybody else behind it; the "
                              "policy's limit no longer holds"
                            : "a statement may run for ever; the policy's limit no longer holds",
              .remedy = "leave it to the policy's upgrade stage, or set a limit:\nop.execute(\"SET LOCAL " + s.name +
                        " = '5s'\")"};
}

}  // namespace

const Rule no_timeout{"no-timeout", "blocking-lock", "a limit on waiting or running is turned off", check};

}  // namespace orchestrate::rules
