#include "init/virtualenv.hpp"

#include <array>

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

// uv, poetry (in the project), pdm and `python3 -m venv` as people type it.
constexpr std::array<std::string_view, 5> usual = {".venv", "venv", "env", ".env", "virtualenv"};

std::optional<fs::path> python_of(const fs::path& virtualenv) {
  std::error_code error;
  fs::path python = virtualenv / "bin/python";
  if (fs::exists(virtualenv / "pyvenv.cfg", error) && fs::exists(python, error)) return python;
  return std::nullopt;
}

}  // namespace

std::optional<Fact<fs::path>> project_python(const fs::path& project, const std::vector<UnitFile>& units) {
  for (const std::string_view name : usual)
    if (const auto python = python_of(project / name)) return Fact<fs::path>{*python, {project / name / "pyvenv.cfg"}};
  for (const UnitFile& unit : units)
    for (const auto& command : unit.all("ExecStart")) {
      const auto words = exec_words(command.value);
      if (words.empty() || !words.front().starts_with('/')) continue;
      if (const auto python = python_of(fs::path(words.front()).parent_path().parent_path()))
        return Fact<fs::path>{*python, command.place};
    }
  return std::nullopt;
}

}  // namespace orchestrate::init
