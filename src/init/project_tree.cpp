#include "init/project_tree.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "files/text.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 8;
constexpr std::size_t most = 5000;
constexpr std::size_t largest = std::size_t{1} << 20;
constexpr std::array<std::string_view, 6> of_others = {"node_modules", "site-packages", "__pycache__",
                                                       "tests",        "test",          "build"};

bool is_entered(const fs::directory_entry& directory) {
  const std::string name = directory.path().filename().string();
  std::error_code error;
  if (name.starts_with('.') || std::ranges::find(of_others, name) != of_others.end()) return false;
  return !directory.is_symlink(error) && !fs::exists(directory.path() / "pyvenv.cfg", error);
}

bool is_wanted(const fs::path& file, std::string_view name) {
  return name.starts_with('.') ? file.extension() == name : file.filename() == name;
}

}  // namespace

std::vector<fs::path> project_files(const fs::path& project, std::string_view name) {
  std::vector<fs::path> found;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(project, options, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (entry->is_directory(gone)) {
      if (entry.depth() + 1 >= deepest || !is_entered(*entry)) entry.disable_recursion_pending();
    } else if (is_wanted(entry->path(), name) && entry->is_regular_file(gone)) {
      found.push_back(entry->path());
      if (found.size() == most) break;
    }
  }
  const auto depth = [](const fs::path& file) { return std::distance(file.begin(), file.end()); };
  std::ranges::sort(found, [&](const fs::path& one, const fs::path& other) {
    return std::pair(depth(one), one.string()) < std::pair(depth(other), other.string());
  });
  return found;
}

std::string text_if_readable(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  try {
    return files::read_text(file, largest);
  } catch (const Error&) {
    return {};
  }
}

std::string name_in(const fs::path& project, const fs::path& file) {
  const fs::path relative = file.lexically_normal().lexically_relative(project.lexically_normal());
  if (relative.empty() || *relative.begin() == "..") return file.lexically_normal().string();
  return relative.string();
}

bool lies_in(const fs::path& project, const fs::path& path) {
  std::error_code error;
  const fs::path top = fs::weakly_canonical(project, error);
  const fs::path place = fs::weakly_canonical(path, error);
  if (error || !place.is_absolute()) return false;
  return std::ranges::mismatch(top, place).in1 == top.end();
}

bool is_checkout(const fs::path& project) {
  std::error_code error;
  for (fs::path directory = project;; directory = directory.parent_path()) {
    if (fs::exists(directory / ".git", error)) return true;
    if (directory == directory.root_path()) return false;
  }
}

std::string app_name(const std::string& text) {
  std::string name;
  for (const char letter : text) {
    const auto c = static_cast<unsigned char>(letter);
    const bool kept = std::isalnum(c) != 0 || c == '_' || c == '-';
    name += kept ? static_cast<char>(std::tolower(c)) : '-';
  }
  const auto first = name.find_first_not_of("-_");
  return first == std::string::npos ? "app" : name.substr(first, 64);
}

}  // namespace orchestrate::init
