#include "init/advanced_alchemy.hpp"

#include <algorithm>
#include <sstream>

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view default_table = "alembic_versions";

/// Packages are the directories with __init__.py above it.
std::string module_name(const fs::path& file) {
  std::string name = file.stem().string();
  std::error_code error;
  for (fs::path directory = file.parent_path(); fs::exists(directory / "__init__.py", error);
       directory = directory.parent_path())
    name.insert(0, directory.filename().string() + ".");
  return name;
}

const PythonFile* upgrading_module(const std::vector<PythonFile>& code) {
  const auto upgrades = [](const PythonFile& file) {
    return file.mentions("AlembicCommands(") && file.mentions(".upgrade(") && file.mentions("__main__");
  };
  const auto found = std::ranges::find_if(code, upgrades);
  return found == code.end() ? nullptr : &*found;
}

/// The line `from X import NAME` as it stands in the file.
std::string import_of(const PythonFile& file, const std::string& name) {
  std::istringstream lines(file.text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("from ") && line.ends_with(" import " + name)) return line;
  return {};
}

Fact<std::string> version_table(const std::vector<PythonFile>& code, const Place& otherwise) {
  for (const PythonFile& file : code) {
    if (!file.mentions("AlembicAsyncConfig(") && !file.mentions("AlembicSyncConfig(")) continue;
    if (auto named = keyword_text(file, "version_table_name", code)) return *named;
    return {std::string(default_table), {file.path}};
  }
  return {std::string(default_table), otherwise};
}

}  // namespace

std::optional<AdvancedAlchemy> advanced_alchemy(const std::vector<PythonFile>& code) {
  const PythonFile* module = upgrading_module(code);
  if (!module) return std::nullopt;
  AdvancedAlchemy found;
  found.module = {module_name(module->path), {module->path}};
  const auto config = keyword_value(*module, "sqlalchemy_config");
  if (config && config->value.kind == KeywordValue::Kind::name) {
    found.config = config->value.text;
    found.import = import_of(*module, found.config);
  }
  found.version_table = version_table(code, found.module.place);
  return found;
}

}  // namespace orchestrate::init
