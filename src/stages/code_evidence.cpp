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

constexpr std::array<std::string_view, 6> endings = {".py", ".ini", ".toml", ".cfg", ".mako", ".mk"};
constexpr std::array<std::string_view, 3> names = {"Makefile", "makefile", "GNUmakefile"};

/// Virtual environments, caches and version control are not the project's code.
bool passed_over(const fs::path& directory) {
  const std::string name = directory.filename();
  return name.starts_with('.') || name == "__pycache__" || name == "node_modules" ||
         fs::exists(directory / "pyvenv.cfg");
}

bool within(const fs::path& path, const fs::path& directory) {
  return std::ranges::mismatch(directory, path).in1 == directory.end();
}

/// Directory trees that hold the project's code, and what was found in them.
struct Code {
  fs::path project;             ///< without links
  std::vector<fs::path> trees;  ///< the project, then where links in it lead: Python imports through them as well
  std::set<fs::path> files;
};

/// A link to where we are already, or to a directory that the project lies in, is no package.
void add_tree(Code& code, const fs::path& target) {
  const bool known = within(target, code.project) ||
                     std::ranges::any_of(code.trees, [&](const fs::path& tree) { return within(target, tree); });
  if (!known && !within(code.project, target)) code.trees.push_back(target);
}

bool is_code(const fs::path& file) {
  const std::string ending = file.extension(), name = file.filename();
  return std::ranges::find(endings, ending) != endings.end() || std::ranges::find(names, name) != names.end();
}

void add_file(Code& code, const fs::directory_entry& entry) {
  if (is_code(entry.path()) && entry.is_regular_file()) code.files.insert(entry.path());
}

void read_tree(Code& code, const fs::path& tree) {
  for (auto entry = fs::recursive_directory_iterator(tree, fs::directory_options::skip_permission_denied);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (!entry->is_directory())
      add_file(code, *entry);
    else if (passed_over(entry->path()))
      entry.disable_recursion_pending();
    else if (entry->is_symlink())
      add_tree(code, fs::canonical(entry->path()));
  }
}

std::set<fs::path> code_files(const fs::path& project) {
  Code code{fs::canonical(project), {project}, {}};
  for (std::size_t next = 0; next < code.trees.size(); ++next) read_tree(code, fs::path(code.trees[next]));
  return std::move(code.files);
}

void add_interpreter(const Policy& policy, std::set<fs::path>& files) {
  const fs::path python = project_python(policy);
  if (!python.is_absolute()) return;
  files.insert(fs::canonical(python));
  const fs::path configuration = python.parent_path().parent_path() / "pyvenv.cfg";
  if (fs::exists(configuration)) files.insert(configuration);
}

/// What the command line names, such as alembic.ini, and the env.py beside the version files, wherever they are.
void add_named(const Policy& policy, std::set<fs::path>& files) {
  std::vector<fs::path> named;
  for (const std::string& word : policy.migrations.command) named.push_back(policy.project.path / word);
  for (const fs::path& versions : policy.migrations.versions) named.push_back(versions.parent_path() / "env.py");
  std::ranges::copy_if(named, std::inserter(files, files.end()), [](const fs::path& f) {
    std::error_code no_file;  // a word may be anything, such as a program in Python
    return fs::is_regular_file(f, no_file);
  });
}

}  // namespace

Json code_evidence(const Policy& policy) {
  try {
    std::set<fs::path> files = code_files(policy.project.path);
    for (const fs::path& versions : policy.migrations.versions) files.merge(code_files(versions));
    add_named(policy, files);
    add_interpreter(policy, files);
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
