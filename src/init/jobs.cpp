#include "init/jobs.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

#include <unistd.h>

#include "files/listing.hpp"
#include "init/project_tree.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

/// A crontab's command: a `%` of its own has a backslash.
std::string crontab_command(std::string_view line, int columns) {
  std::size_t at = 0;
  for (int column = 0; column < columns && at < line.size(); ++column) {
    at = line.find_first_of(" \t", at);
    at = line.find_first_not_of(" \t", std::min(at, line.size()));
  }
  std::string command(line.substr(std::min(at, line.size())));
  for (std::size_t percent = 0; (percent = command.find("\\%", percent)) != std::string::npos;)
    command.erase(percent, 1);
  return command;
}

enum class UserColumn { there, absent };

void add_crontab(const fs::path& file, UserColumn user, std::vector<Fact<std::string>>& jobs) {
  std::istringstream lines(text_if_readable(file));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos || line[start] == '#') continue;
    const bool nicknamed = line[start] == '@';
    if (!nicknamed && std::isalpha(static_cast<unsigned char>(line[start])) != 0) continue;  // NAME=VALUE
    const int columns = (nicknamed ? 1 : 5) + (user == UserColumn::there ? 1 : 0);
    jobs.push_back({crontab_command(std::string_view(line).substr(start), columns), {file, number}});
  }
}

/// The files of a place, which is one itself or a directory of them, as far as we may read them.
std::vector<fs::path> files_in(const fs::path& place, std::vector<fs::path>& unread) {
  std::error_code error;
  if (!fs::exists(place, error) && !error) return {};
  const bool directory = !error && fs::is_directory(place, error);
  if (error || ::access(place.c_str(), directory ? R_OK | X_OK : R_OK) != 0) {
    unread.push_back(place);
    return {};
  }
  if (!directory) return {place};
  std::vector<fs::path> files;
  for (const fs::path& file : files::listing(place))
    (::access(file.c_str(), R_OK) == 0 ? files : unread).push_back(file);
  return files;
}

}  // namespace

Jobs jobs_in(const JobPlaces& places, const std::vector<UnitFile>& units) {
  Jobs jobs;
  for (const fs::path& place : places.crontabs)
    for (const fs::path& file : files_in(place, jobs.unread)) add_crontab(file, UserColumn::there, jobs.commands);
  for (const fs::path& place : places.user_crontabs)
    for (const fs::path& file : files_in(place, jobs.unread)) add_crontab(file, UserColumn::absent, jobs.commands);
  for (const fs::path& place : places.scripts)
    for (const fs::path& file : files_in(place, jobs.unread)) jobs.commands.push_back({file.string(), {file}});
  for (const UnitFile& unit : units)
    for (const auto& command : unit.all("ExecStart")) jobs.commands.push_back(command);
  return jobs;
}

}  // namespace orchestrate::init
