#include "review/alembic_config.hpp"

#include <array>
#include <sstream>
#include <utility>

namespace orchestrate {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// Alembic knows `%(here)s`; `%%` is one percent sign.
std::string interpolated(std::string value, const std::filesystem::path& here) {
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"%(here)s", here.string()}, {"%%", "%"}})
    for (std::size_t at = 0; (at = value.find(name, at)) != std::string::npos; at += text.size())
      value.replace(at, name.size(), text);
  return value;
}

/// Old and new Alembic differ in the separator that is the default; all of them are accepted by some version.
std::vector<std::string> split_locations(const std::string& text) {
  std::vector<std::string> locations;
  std::string current;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != ':' && c != ';' && c != '\n') {
      current += c;
      continue;
    }
    if (!current.empty()) locations.push_back(std::exchange(current, {}));
  }
  return locations;
}

/// The texts in quotes, joined by line ends; a `#` outside of them begins a comment.
std::string quoted_texts(std::string_view line) {
  std::string texts;
  for (std::size_t at = 0; at < line.size() && line[at] != '#'; ++at) {
    if (line[at] != '"' && line[at] != '\'') continue;
    const std::size_t end = line.find(line[at], at + 1);
    if (end == std::string_view::npos) break;
    texts += (texts.empty() ? "" : "\n") + std::string(line.substr(at + 1, end - at - 1));
    at = end;
  }
  return texts;
}

}  // namespace

std::optional<ConfigSection> ini_section(std::string_view text, std::string_view name) {
  std::optional<ConfigSection> section;
  std::istringstream stream{std::string(text)};
  std::string key, wanted = "[" + std::string(name) + "]";
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string words = trimmed(line);
    if (words.empty() || words.front() == '#' || words.front() == ';') continue;
    if (words.front() == '[') {
      inside = words == wanted;
      if (inside && !section) section.emplace();
      continue;
    }
    if (!inside) continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!key.empty()) (*section)[key].text += "\n" + words;
      continue;
    }
    const std::size_t end = words.find_first_of("=:");
    key = trimmed(std::string_view(words).substr(0, end));
    (*section)[key] = {end == std::string::npos ? "" : trimmed(std::string_view(words).substr(end + 1)), number};
  }
  return section;
}

std::optional<ConfigSection> pyproject_section(std::string_view text) {
  std::optional<ConfigSection> section;
  std::istringstream stream{std::string(text)};
  std::string list;  // the key of a list that is still open
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string words = trimmed(line);
    if (list.empty() && words.starts_with('[')) {
      inside = words.starts_with("[tool.alembic]");
      if (inside && !section) section.emplace();
      continue;
    }
    if (!inside || words.empty() || words.front() == '#') continue;
    const std::size_t equals = list.empty() ? words.find('=') : std::string::npos;
    if (list.empty() && equals == std::string::npos) continue;
    const std::string key = list.empty() ? trimmed(std::string_view(words).substr(0, equals)) : list;
    const std::string value = list.empty() ? trimmed(std::string_view(words).substr(equals + 1)) : words;
    ConfigValue& kept = (*section)[key];
    if (list.empty()) kept = {"", number};
    if (const std::string texts = quoted_texts(value); !texts.empty())
      kept.text += (kept.text.empty() ? "" : "\n") + texts;
    const bool open = (value.starts_with('[') || !list.empty()) && value.find(']') == std::string::npos;
    list = open ? key : "";
  }
  return section;
}

std::optional<ScriptLocations> script_locations(const ConfigSection& section, const std::filesystem::path& here) {
  const auto location = section.find("script_location");
  if (location == section.end()) return std::nullopt;
  ScriptLocations found;
  found.script_location = interpolated(location->second.text, here);
  found.in_package = found.script_location.find(':') != std::string::npos;
  const auto versions = section.find("version_locations");
  if (versions != section.end() && !versions->second.text.empty())
    found.version_locations = split_locations(interpolated(versions->second.text, here));
  else if (!found.in_package)
    found.version_locations = {found.script_location + "/versions"};
  return found;
}

std::vector<std::string> prepended_paths(const ConfigSection& section, const std::filesystem::path& here) {
  const auto paths = section.find("prepend_sys_path");
  return paths == section.end() ? std::vector<std::string>{} : split_locations(interpolated(paths->second.text, here));
}

}  // namespace orchestrate
