#include "stages/preflight/interpreter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"
#include "stages/project_command.hpp"

namespace orchestrate::preflight {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view virtualenv_command = "command: [.venv/bin/python, -m, alembic, ...]";

// find_spec, since importing a project's own module may run it; Alembic is a library and says its version.
constexpr std::string_view import_tool = R"(import importlib, importlib.util, sys
name = sys.argv[1]
if name == 'alembic': print('alembic', importlib.import_module(name).__version__)
elif importlib.util.find_spec(name): print(name)
else: sys.exit('no module named ' + name)
)";

bool is_python(const fs::path& program) {
  return program.filename().string().starts_with("python");
}

bool is_executable_file(const fs::path& program) {
  std::error_code ignored;
  return fs::is_regular_file(program, ignored) && ::access(program.c_str(), X_OK) == 0;
}

bool is_inside(const fs::path& path, const fs::path& directory) {
  const auto [end, rest] = std::ranges::mismatch(directory, path);
  static_cast<void>(rest);
  return end == directory.end();
}

/// The directories are resolved and the program is not: a virtualenv's python is a link to the system's.
Answer in_own_virtualenv(const fs::path& program, const Policy& policy) {
  const fs::path& project = policy.project.path;
  const char* key = policy.migrations.python.empty() ? "migrations.command" : "migrations.python";
  std::error_code error;
  const fs::path bin = fs::canonical(program.parent_path(), error);
  if (error) return refused(program.string() + " is not there: " + error.message(), "create the project's virtualenv");
  if (!is_inside(bin, fs::canonical(project)))
    return refused(program.string() + " is really in " + bin.string() + ", outside the project",
                   "create a virtualenv in " + project.string() + " and name its python in " + key);
  if (!fs::exists(bin.parent_path() / "pyvenv.cfg"))
    return refused(program.string() + " belongs to no virtualenv: " + (bin.parent_path() / "pyvenv.cfg").string() +
                       " is not there",
                   "python3 -m venv " + bin.parent_path().string());
  return passed();
}

Answer bare_name(const std::string& name) {
  if (name == "alembic" || is_python(name))
    return refused("the system's `" + name + "` is not the project's: it has other packages",
                   std::string(virtualenv_command));
  for (const char* directory : {"/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"})
    if (is_executable_file(fs::path(directory) / name)) return passed();
  return refused("`" + name + "` is not installed", "apt-get install " + name);
}

/// Alembic, under whatever the project runs, and the module behind `python -m`.
std::vector<std::string> modules_of(const Policy& policy) {
  std::vector<std::string> modules = {"alembic"};
  const auto& command = policy.migrations.command;
  const auto option = std::ranges::find(command, "-m");
  const bool runs_module = is_python(command.front()) && option != command.end() && std::next(option) != command.end();
  if (runs_module && *std::next(option) != modules.front()) modules.push_back(*std::next(option));
  return modules;
}

/// A module of the project itself is in no registry, or somebody else's is under its name.
std::string how_to_install(const fs::path& python, const std::string& module) {
  if (module == "alembic") return python.string() + " -m pip install alembic";
  return "install the project into its virtualenv, or correct migrations.command";
}

}  // namespace

Task<Answer> command_program(Inspection& inspection) {
  const Policy& policy = inspection.policy();
  const std::string& name = policy.migrations.command.front();
  if (name.find('/') == std::string::npos) co_return bare_name(name);
  const fs::path program = policy.project.path / name;
  if (program.filename() == "alembic") {
    Answer answer = in_own_virtualenv(program, policy);
    if (!answer.obstacles.empty()) co_return answer;
  }
  if (!is_executable_file(program))
    co_return refused(program.string() + " is no program that we may run",
                      "correct migrations.command, or chmod +x it");
  co_return passed(fmt::format("{}", fmt::join(policy.migrations.command, " ")));
}

Task<Answer> project_interpreter(Inspection& inspection) {
  const Policy& policy = inspection.policy();
  const fs::path python = project_python(policy);
  if (!python.is_absolute()) co_return bare_name(python.string());
  Answer answer = in_own_virtualenv(python, policy);
  if (!answer.obstacles.empty()) co_return answer;
  if (!is_executable_file(python))
    co_return refused(python.string() + " is no program that we may run", "correct migrations.python, or chmod +x it");
  co_return passed(python.string());
}

Task<Answer> command_tool(Inspection& inspection) {
  const fs::path python = project_python(inspection.policy());
  std::vector<std::string> imported;
  for (const std::string& module : modules_of(inspection.policy())) {
    const Argv argv = {python.string(), "-B", "-c", std::string(import_tool), module};
    Command command = project_command(inspection.application(), argv);
    command.timeout = std::chrono::seconds(30);
    const Exit exit = co_await inspection.context.ports.commands.run(std::move(command), inspection.context.stop);
    if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "import " + module, exit.text());
    if (exit.ok()) {
      imported.push_back(last_line(exit.out));
      continue;
    }
    co_return refused(fmt::format("{} cannot import {}: {}", python.string(), module,
                                  exit.err.empty() ? exit.text() : last_line(exit.err)),
                      how_to_install(python, module));
  }
  co_return passed(fmt::format("{}", fmt::join(imported, ", ")));
}

}  // namespace orchestrate::preflight
