#include <array>
#include <chrono>

#include "doctor/examination.hpp"
#include "rehearsal/enclosure.hpp"

namespace orchestrate::doctor {
namespace {

using namespace std::chrono_literals;

/// Tried with nothing in it, as the application's user.
Task<Answer> enclosure(Examination& examination) {
  if (!examination.policy().stage_of_kind("rehearsal")) co_return passed();
  const rehearsal::Enclosure nothing_hidden;
  Command nothing;
  nothing.argv = rehearsal::enclosing(nothing_hidden, "/tmp");
  nothing.argv.emplace_back("/bin/true");
  nothing.directory = "/";
  nothing.timeout = 30s;
  const auto& context = examination.inspection.context;
  const Exit exit = co_await context.ports.commands.run(std::move(nothing), context.stop);
  if (exit.ok()) co_return passed("bubblewrap");
  co_return refused("the user may not make the namespaces that keep a rehearsal away from production: " +
                        (exit.err.empty() ? exit.text() : exit.err),
                    "sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone: not 0");
}

constexpr std::array checks = {
    Check{"rehearsal", "", enclosure},
};

}  // namespace

std::span<const Check> rehearsal_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
