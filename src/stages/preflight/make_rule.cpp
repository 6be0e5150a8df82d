#include "stages/preflight/make_rule.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <sstream>

#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "stages/project_command.hpp"

namespace orchestrate::preflight {
namespace {

// Of GNU make 4.3 and 4.4, in the C locale. The last two with exit code 0: a phony target without a recipe, and a
// target that is also the name of a file.
constexpr std::array<std::string_view, 4> nothing_to_run = {"No rule to make target", "No targets specified",
                                                            "Nothing to be done for", "is up to date"};

bool runs_make(const Policy& policy) {
  const auto program = std::filesystem::path(policy.migrations.command.front()).filename();
  return policy.migrations.tool == Migrations::Tool::command && (program == "make" || program == "gmake");
}

/// What make itself says, not what a recipe would.
std::string line_with(const std::string& text, std::string_view sign) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if ((line.starts_with("make") || line.starts_with("gmake")) && line.find(sign) != std::string::npos) return line;
  return {};
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
  for (const std::string_view sign : nothing_to_run)
    for (const std::string* said : {&exit.err, &exit.out})
      if (const std::string line = line_with(*said, sign); !line.empty())
        co_return refused(fmt::format("`{}` has nothing to run: {}", words, line),
                          "correct migrations.command, or the makefile");
  if (exit.ok()) co_return passed();
  Answer answer;
  answer.advice.push_back(fmt::format("whether `{}` has a rule cannot be told without running its shell commands: {}",
                                      words, exit.err.empty() ? exit.text() : last_line(exit.err)));
  co_return answer;
}

}  // namespace orchestrate::preflight
