#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "init/fact.hpp"
#include "orchestrate/names.hpp"

namespace orchestrate::init {

/// A unit of systemd as its file and drop-ins say it; specifiers are left as they stand.
struct UnitFile {
  struct Setting {
    std::string section, key, value;
    Place place;
    bool operator==(const Setting&) const = default;
  };
  UnitName name;
  std::filesystem::path file;
  std::vector<Setting> settings;  ///< in the order in which systemd reads them

  /// The last one of [Service].
  std::optional<Fact<std::string>> last(std::string_view key) const;
  /// All of [Service]; an empty one begins the list anew.
  std::vector<Fact<std::string>> all(std::string_view key) const;
};

/// The settings of one file: `\` at its end continues a line, `#` and `;` begin comments.
std::vector<UnitFile::Setting> unit_settings(std::string_view text, const std::filesystem::path& file);

/// The services in `directories`, the first of a name, with the drop-ins of all of them; no templates, no aliases.
std::vector<UnitFile> read_services(const std::vector<std::filesystem::path>& directories);

/// Whether it works in the project, or starts a program of it.
bool belongs_to(const UnitFile& unit, const std::filesystem::path& project);

/// A command line's words, quotes taken off; the characters before the program that ExecStart= knows are left out.
std::vector<std::string> exec_words(std::string_view command);

}  // namespace orchestrate::init
