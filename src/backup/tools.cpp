#include "backup/tools.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view search_path = "/usr/local/bin:/usr/bin:/bin";

enum class Match { exact, at_least };

std::vector<fs::path> on_path(std::string_view name) {
  std::vector<fs::path> found;
  for (std::size_t at = 0; at < search_path.size();) {
    const std::size_t end = std::min(search_path.find(':', at), search_path.size());
    fs::path program = fs::path(search_path.substr(at, end - at)) / name;
    if (::access(program.c_str(), X_OK) == 0) found.push_back(std::move(program));
    at = end + 1;
  }
  return found;
}

std::vector<int> installed_majors(const fs::path& versions) {
  std::vector<int> majors;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(versions, absent)) {
    const std::string name = entry.path().filename().string();
    int major = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), major).ec == std::errc{}) majors.push_back(major);
  }
  std::ranges::sort(majors);
  return majors;
}

std::vector<fs::path> candidates(const ToolSearch& search, std::string_view name, int major) {
  if (!search.bin.empty()) return {search.bin / name};
  std::vector<fs::path> paths;
  for (const int installed : installed_majors(search.versions))
    if (installed >= major) paths.push_back(search.versions / std::to_string(installed) / "bin" / name);
  for (fs::path& path : on_path(name)) paths.push_back(std::move(path));
  return paths;
}

std::string version_in(std::string_view line) {
  const std::size_t digit = line.find_first_of("0123456789");
  if (digit == std::string_view::npos) return {};
  return std::string(line.substr(digit, std::min(line.find_first_of(" \n", digit), line.size()) - digit));
}

Task<Tool> find(Commands& commands, ToolSearch search, std::string name, int major, Match match, std::stop_token stop) {
  std::string seen;
  for (const fs::path& path : candidates(search, name, major)) {
    if (::access(path.c_str(), X_OK) != 0) continue;
    Command command;
    command.argv = {path.string(), "--version"};
    command.environment = tool_environment();
    command.timeout = std::chrono::seconds(10);
    const Exit exit = co_await commands.run(std::move(command), stop);
    const int found = exit.ok() ? major_in(exit.out) : 0;
    if (match == Match::exact ? found == major : found >= major) co_return Tool{path, found, version_in(exit.out)};
    seen = fmt::format("; {} is {}", path.string(), found ? std::to_string(found) : exit.text());
  }
  const std::string place = search.bin.empty()
                                ? fmt::format("not in {}/{}/bin and not on PATH", search.versions.string(), major)
                                : fmt::format("not in {}", search.bin.string());
  throw Error(
      ErrorKind::failed, fmt::format("find {} {}", name, major), place + seen,
      fmt::format("apt install postgresql-client-{}, or name its directory as postgres: {{ bin: ... }}", major));
}

}  // namespace

Task<Tool> find_pg_dump(Commands& commands, ToolSearch search, int major, std::stop_token stop) {
  return find(commands, std::move(search), "pg_dump", major, Match::exact, std::move(stop));
}

Task<Tool> find_pg_dumpall(Commands& commands, ToolSearch search, int major, std::stop_token stop) {
  return find(commands, std::move(search), "pg_dumpall", major, Match::exact, std::move(stop));
}

Task<Tool> find_pg_restore(Commands& commands, ToolSearch search, int major, std::stop_token stop) {
  return find(commands, std::move(search), "pg_restore", major, Match::at_least, std::move(stop));
}

fs::path find_program(std::string_view name) {
  const auto found = on_path(name);
  if (!found.empty()) return found.front();
  throw Error(ErrorKind::failed, fmt::format("find {}", name), fmt::format("it is not in {}", search_path),
              fmt::format("apt install {}", name));
}

int major_in(std::string_view line) {
  const std::string version = version_in(line);
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

std::vector<std::pair<std::string, Secret>> tool_environment() {
  std::vector<std::pair<std::string, Secret>> environment = {{"PATH", Secret(std::string(search_path))},
                                                             {"LANG", Secret("C.UTF-8")}};
  if (const char* zone = std::getenv("TZ")) environment.emplace_back("TZ", Secret(zone));
  return environment;
}

}  // namespace orchestrate::backup
