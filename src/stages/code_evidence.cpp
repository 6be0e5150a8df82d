#include "stages/code_evidence.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> endings = {".py", ".ini", ".toml", ".cfg", ".mako"};

/// Virtual environments, caches and version control are not the project's code.
bool passed_over(const fs::path& directory) {
  const std::string name = directory.filename();
  return name.starts_with('.') || name == "__pycache__" || name == "node_modules" ||
         fs::exists(directory / "pyvenv.cfg");
}

std::vector<fs::path> code_files(const fs::path& project) {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(project, fs::directory_options::skip_permission_denied);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && !entry->is_symlink()) {
      if (passed_over(entry->path())) entry.disable_recursion_pending();
      continue;
    }
    const std::string ending = entry->path().extension();
    if (entry->is_regular_file() && std::ranges::find(endings, ending) != endings.end()) files.push_back(entry->path());
  }
  return files;
}

std::vector<fs::path> interpreter_files(const Policy& policy) {
  const fs::path python = project_python(policy);
  std::vector<fs::path> files;
  if (!python.is_absolute()) return files;
  files.push_back(fs::canonical(python));
  const fs::path configuration = python.parent_path().parent_path() / "pyvenv.cfg";
  if (fs::exists(configuration)) files.push_back(configuration);
  return files;
}

/// What the command line names, such as alembic.ini, and the env.py beside the version files, wherever they are.
std::vector<fs::path> named_files(const Policy& policy) {
  std::vector<fs::path> candidates;
  for (const std::string& word : policy.migrations.command) candidates.push_back(policy.project.path / word);
  for (const fs::path& versions : policy.migrations.versions) candidates.push_back(versions.parent_path() / "env.py");
  std::erase_if(candidates, [](const fs::path& file) { return !fs::is_regular_file(file); });
  return candidates;
}

}  // namespace

Json code_evidence(const Policy& policy) {
  try {
    std::vector<fs::path> files = code_files(policy.project.path);
    for (const fs::path& versions : policy.migrations.versions)
      for (fs::path& file : code_files(versions)) files.push_back(std::move(file));
    for (fs::path& file : named_files(policy)) files.push_back(std::move(file));
    for (fs::path& file : interpreter_files(policy)) files.push_back(std::move(file));
    std::ranges::sort(files);
    files.erase(std::ranges::unique(files).begin(), files.end());
    Json hashes = Json::object();
    for (const fs::path& file : files) hashes.set(file.string(), sha256_of_file(file));
    return hashes;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::failed, "hash the project's code under " + policy.project.path.string(),
                error.code().message(), "make " + error.path1().string() + " readable for " + policy.project.user);
  }
}

std::vector<std::string> code_differences(const Json& reviewed, const Json& now) {
  std::map<std::string, std::string> before, after;
  for (const auto& [path, hash] : reviewed.as_object()) before.emplace(path, hash.as_string());
  for (const auto& [path, hash] : now.as_object()) after.emplace(path, hash.as_string());
  std::set<std::string> differing;
  for (const auto& [path, hash] : before)
    if (const auto found = after.find(path); found == after.end() || found->second != hash) differing.insert(path);
  for (const auto& [path, hash] : after)
    if (!before.contains(path)) differing.insert(path);
  return {differing.begin(), differing.end()};
}

}  // namespace orchestrate
