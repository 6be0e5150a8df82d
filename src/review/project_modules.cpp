#include "review/project_modules.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "review/known_calls.hpp"
#include "review/text_of_file.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

// Beyond that somebody keeps data in it; its tree is some twenty times as large.
constexpr std::uintmax_t largest_file = 512 * 1024;
constexpr std::size_t most_modules = 1000;

bool is_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none);
}

bool is_folder(const fs::path& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}

/// `app.db` as `app/db`; empty: it is no name of a module, such as an import that is relative to nothing.
fs::path path_of(std::string_view name) {
  fs::path path;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    if (part.empty()) return {};
    path /= part;
    name.remove_prefix(std::min(name.size(), part.size() + 1));
  }
  return path;
}

}  // namespace

ProjectModules::ProjectModules(ProjectLayout layout, fs::path python)
    : layout_(std::move(layout)), python_(std::move(python)) {}

void ProjectModules::look_around() {
  project_ = fs::weakly_canonical(layout_.directory);
  roots_ = import_roots(layout_);
  packages_ = package_directories(python_);
}

/// Where that name may be imported from. A module, or a directory with `__init__.py`, stands before directories
/// without; where there are two of them, only Python's path knows which one it is.
std::vector<fs::path> ProjectModules::roots_of(const std::string& top) {
  if (layout_.directory.empty() || top.empty() || is_library(top)) return {};
  if (const auto known = tops_.find(top); known != tops_.end()) return known->second;
  if (!roots_) look_around();
  std::vector<fs::path> regular, namespaces;
  for (const fs::path& root : *roots_) {
    if (is_file(root / top / "__init__.py") || is_file(root / (top + ".py")))
      regular.push_back(root);
    else if (is_folder(root / top))
      namespaces.push_back(root);
  }
  const bool installed = std::ranges::any_of(packages_, [&](const fs::path& packages) {
    return is_file(packages / (top + ".py")) || is_folder(packages / top);
  });
  std::vector<fs::path> found = regular.empty() ? namespaces : regular;
  if (installed || regular.size() > 1) found.clear();
  return tops_.emplace(top, std::move(found)).first->second;
}

bool ProjectModules::may_hold(std::string_view top) {
  return !roots_of(std::string(top)).empty();
}

bool ProjectModules::may_be_read(const fs::path& file) const {
  std::error_code error;
  if (!is_within(file, project_) || fs::file_size(file, error) > largest_file || error) return false;
  for (fs::path directory = file.parent_path(); directory != project_; directory = directory.parent_path())
    if (holds_no_code(directory)) return false;
  return true;
}

std::optional<ProjectModules::Source> ProjectModules::locate(std::string_view name) {
  const fs::path path = path_of(name);
  if (path.empty()) return std::nullopt;
  std::optional<Source> found;
  for (const fs::path& root : roots_of(path.begin()->string())) {
    const bool is_package = is_file(root / path / "__init__.py");
    const fs::path file = is_package ? root / path / "__init__.py" : root / (path.string() + ".py");
    if (!is_file(file)) continue;
    if (found) return std::nullopt;
    found = Source{fs::canonical(file), is_package};
  }
  if (found && !may_be_read(found->file)) return std::nullopt;
  return found;
}

std::shared_ptr<const ProjectModule> ProjectModules::find(std::string_view name) {
  if (const auto known = modules_.find(name); known != modules_.end()) return known->second;
  if (!may_hold(name.substr(0, name.find('.')))) return nullptr;
  auto source = wanted_.contains(name) ? std::nullopt : locate(name);
  if (source && modules_.size() < most_modules) wanted_.emplace(name, std::move(*source));
  if (wanted_.contains(name))
    ++unanswered_;
  else
    modules_.emplace(name, nullptr);
  return nullptr;
}

std::vector<ProjectModule> ProjectModules::take_wanted() {
  std::vector<ProjectModule> modules;
  for (auto& [name, source] : std::exchange(wanted_, {})) {
    modules_.emplace(name, nullptr);  // unless it can be read
    ProjectModule module;
    module.name = name;
    if (const std::size_t dot = name.rfind('.'); source.is_package || dot != std::string::npos)
      module.package = source.is_package ? name : name.substr(0, dot);
    module.file = (layout_.directory / source.file.lexically_relative(project_)).lexically_normal().string();
    try {
      module.text = text_of_file(source.file);
    } catch (const Error&) {
      continue;  // as if it were not there
    }
    module.sha256 = sha256(module.text);
    modules.push_back(std::move(module));
  }
  return modules;
}

void ProjectModules::add(ProjectModule module) {
  const std::string name = module.name;
  modules_[name] = std::make_shared<const ProjectModule>(std::move(module));
}

std::string sha256_with(const std::string& revision, const UsedModules& modules) {
  if (modules.empty()) return revision;
  std::set<std::string> lines;
  for (const auto& module : modules) lines.insert(module->name + " " + module->sha256 + "\n");
  std::string text = revision + "\n";
  for (const std::string& line : lines) text += line;
  return sha256(text);
}

}  // namespace orchestrate
