#include "stages/preflight/make_rule.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "orchestrate/error.hpp"
#include "stages/project_command.hpp"

namespace orchestrate::preflight {
namespace {

// Of GNU make 4.3 and 4.4, in the C locale.
constexpr std::array<std::string_view, 2> no_rule = {"No rule to make target", "No targets specified"};

bool runs_make(const Policy& policy) {
  const auto program = std::filesystem::path(policy.migrations.command.front()).filename();
  return policy.migrations.tool == Migrations::Tool::command && (program == "make" || program == "gmake");
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Task<Answer> make_rule(Inspection& inspection) {
  const Policy& policy = inspection.policy();
  if (!runs_make(policy)) co_return passed();
  // --dry-run alone runs recipe lines that hold `+` or $(MAKE), and so perhaps the upgrade: the shell is one that does
  // nothing.
  Argv argv = upgrade_argv(policy, inspection.context.target);
  argv.insert(argv.begin() + 1, {"--dry-run", "SHELL=/bin/true"});
  Command command = project_command(inspection.application(), std::move(argv));
  set_variable(command.environment, "LC_ALL", "C");
  command.timeout = std::chrono::seconds(30);
  const Exit exit = co_await inspection.context.ports.commands.run(std::move(command), inspection.context.stop);
  const std::string words = fmt::format("{}", fmt::join(policy.migrations.command, " "));
  if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "ask " + words, exit.text());
  if (exit.ok()) co_return passed();
  for (const std::string_view sign : no_rule)
    if (exit.err.find(sign) != std::string::npos)
      co_return refused(fmt::format("`{}` has nothing to run: {}", words, last_line(exit.err)),
                        "correct migrations.command, or the makefile");
  Answer answer;
  answer.advice.push_back(fmt::format("whether `{}` has a rule cannot be told without running its shell commands: {}",
                                      words, exit.err.empty() ? exit.text() : last_line(exit.err)));
  co_return answer;
}

}  // namespace orchestrate::preflight
