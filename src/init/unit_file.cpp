#include "init/unit_file.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "files/listing.hpp"
#include "init/project_tree.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<fs::path> listing_of(const fs::path& directory) {
  std::error_code error;
  return fs::is_directory(directory, error) ? files::listing(directory) : std::vector<fs::path>();
}

void add_settings(UnitFile& unit, const fs::path& file) {
  for (auto& setting : unit_settings(text_if_readable(file), file)) unit.settings.push_back(std::move(setting));
}

/// Of all directories, by name; of one name the first directory's.
void add_drop_ins(UnitFile& unit, const std::vector<fs::path>& directories) {
  std::vector<fs::path> drop_ins;
  for (const fs::path& directory : directories)
    for (const fs::path& file : listing_of(directory / (unit.name.text() + ".d"))) {
      const auto same = [&](const fs::path& other) { return other.filename() == file.filename(); };
      if (file.extension() == ".conf" && std::ranges::none_of(drop_ins, same)) drop_ins.push_back(file);
    }
  std::ranges::sort(drop_ins, {}, [](const fs::path& file) { return file.filename().string(); });
  for (const fs::path& file : drop_ins) add_settings(unit, file);
}

bool is_service(const fs::path& file) {
  std::error_code error;
  const std::string name = file.filename().string();
  if (!name.ends_with(".service") || name.ends_with("@.service") || !fs::is_regular_file(file, error)) return false;
  return !fs::is_symlink(file, error) || fs::read_symlink(file, error).filename() == name;  // else an alias
}

}  // namespace

std::optional<Fact<std::string>> UnitFile::last(std::string_view key) const {
  std::optional<Fact<std::string>> found;
  for (const Setting& setting : settings)
    if (setting.section == "Service" && setting.key == key) found = {setting.value, setting.place};
  if (found && found->value.empty()) return std::nullopt;
  return found;
}

std::vector<Fact<std::string>> UnitFile::all(std::string_view key) const {
  std::vector<Fact<std::string>> found;
  for (const Setting& setting : settings) {
    if (setting.section != "Service" || setting.key != key) continue;
    if (setting.value.empty())
      found.clear();
    else
      found.push_back({setting.value, setting.place});
  }
  return found;
}

std::vector<UnitFile::Setting> unit_settings(std::string_view text, const fs::path& file) {
  std::vector<UnitFile::Setting> settings;
  std::istringstream stream{std::string(text)};
  std::string section, whole;
  int number = 0, first = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string words = trimmed(line);
    if (words.starts_with('#') || words.starts_with(';')) continue;
    if (whole.empty()) first = number;
    const bool goes_on = words.ends_with('\\');
    whole += goes_on ? words.substr(0, words.size() - 1) + " " : words;
    if (goes_on) continue;
    const std::string logical = std::exchange(whole, {});
    if (logical.starts_with('[')) {
      section = logical.substr(1, logical.find(']') - 1);
      continue;
    }
    const std::size_t equals = logical.find('=');
    if (equals == std::string::npos) continue;
    settings.push_back({section,
                        trimmed(std::string_view(logical).substr(0, equals)),
                        trimmed(std::string_view(logical).substr(equals + 1)),
                        {file, first}});
  }
  return settings;
}

std::vector<UnitFile> read_services(const std::vector<fs::path>& directories) {
  std::vector<UnitFile> units;
  for (const fs::path& directory : directories)
    for (const fs::path& file : listing_of(directory)) {
      const auto name = UnitName::parse(file.filename().string());
      if (!is_service(file) || !name || std::ranges::find(units, *name, &UnitFile::name) != units.end()) continue;
      UnitFile unit{*name, file, {}};
      add_settings(unit, file);
      add_drop_ins(unit, directories);
      units.push_back(std::move(unit));
    }
  return units;
}

bool belongs_to(const UnitFile& unit, const fs::path& project) {
  if (const auto directory = unit.last("WorkingDirectory")) {
    const std::string& path = directory->value;
    if (lies_in(project, path.starts_with('-') ? path.substr(1) : path)) return true;
  }
  return std::ranges::any_of(unit.all("ExecStart"), [&](const Fact<std::string>& command) {
    const auto words = exec_words(command.value);
    // Not links followed: the interpreter of a virtualenv is one that leads out of it.
    return !words.empty() && words.front().starts_with(project.lexically_normal().string() + "/");
  });
}

std::vector<std::string> exec_words(std::string_view command) {
  command.remove_prefix(std::min(command.find_first_not_of("@-:+!|"), command.size()));
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  bool inside = false;
  for (const char c : command) {
    if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      inside = true;
    } else if (c != ' ' && c != '\t') {
      word += c;
      inside = true;
    } else if (inside) {
      words.push_back(std::exchange(word, {}));
      inside = false;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

}  // namespace orchestrate::init
