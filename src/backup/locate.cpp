#include "backup/locate.hpp"

#include <fmt/core.h>

#include <ctime>
#include <optional>

#include "backup/wording.hpp"
#include "files/file_facts.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr std::string_view placeholder = "{date}";

/// `2026-11-20`. Counted from noon, so that a day of 23 or 25 hours stays one day.
std::string local_date(Time time, int days_before) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  parts.tm_mday -= days_before;
  parts.tm_hour = 12;
  parts.tm_isdst = -1;
  std::mktime(&parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string dated(std::string_view pattern, const std::string& date) {
  std::string path(pattern);
  for (std::size_t at = path.find(placeholder); at != std::string::npos; at = path.find(placeholder, at))
    path.replace(at, placeholder.size(), date);
  return path;
}

/// The newest file that differs from the pattern only in its date.
std::optional<std::pair<fs::path, Time>> newest_sibling(const fs::path& pattern) {
  std::optional<std::pair<fs::path, Time>> newest;
  for (const fs::path& path : dumps_like(pattern)) {
    const auto facts = files::file_facts(path);
    if (facts && (!newest || facts->modified > newest->second)) newest = {path, facts->modified};
  }
  return newest;
}

}  // namespace

std::vector<fs::path> dumps_like(const fs::path& pattern) {
  const std::string name = pattern.filename().string();
  const std::size_t date = name.find(placeholder);
  const std::string before = name.substr(0, date == std::string::npos ? 0 : date);
  const std::string after =
      date == std::string::npos ? pattern.extension().string() : name.substr(date + placeholder.size());
  std::vector<fs::path> found;
  std::error_code unreadable;  // then there is none for us
  for (const auto& entry : fs::directory_iterator(pattern.parent_path(), unreadable)) {
    const std::string other = entry.path().filename().string();
    if (other.starts_with(before) && other.ends_with(after)) found.push_back(entry.path());
  }
  return found;
}

std::variant<fs::path, Refusal> locate_dump(std::string_view pattern, Time now, milliseconds max_age) {
  fs::path today = dated(pattern, local_date(now, 0));
  if (files::file_facts(today)) return today;
  fs::path yesterday = dated(pattern, local_date(now, 1));
  const auto before = files::file_facts(yesterday);
  if (before && now - before->modified <= max_age) return yesterday;

  const auto sibling = newest_sibling(fs::path(pattern));
  const std::string hint = sibling ? fmt::format("the newest there is {}, {} old", sibling->first.filename().string(),
                                                 duration_text(duration_cast<milliseconds>(now - sibling->second)))
                                   : fmt::format("nothing like it is in {}", today.parent_path().string());
  return Refusal{fmt::format("{} is missing; {}", today.string(), hint),
                 "see why the backup job did not run, then run it"};
}

}  // namespace orchestrate::backup
