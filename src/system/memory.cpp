#include "system/memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

namespace fs = std::filesystem;

/// The number behind that word, as in `MemAvailable:   23 kB`; nullopt: there is none, or no number.
std::optional<std::uint64_t> number_after(const fs::path& file, const std::string& word) {
  std::ifstream lines(file);
  std::string first;
  std::uint64_t number = 0;
  for (std::string rest; lines >> first; std::getline(lines, rest))
    if (first == word && lines >> number) return number;
  return std::nullopt;
}

/// The file's only number; `max` is none.
std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::uint64_t number = 0;
  return std::ifstream(file) >> number ? std::optional(number) : std::nullopt;
}

/// What a group may still take, where it is limited. Cache of files is taken back when memory is wanted.
std::optional<std::uint64_t> available_in_group(const fs::path& group) {
  const auto most = number_in(group / "memory.max"), now = number_in(group / "memory.current");
  if (!most || !now) return std::nullopt;
  const std::uint64_t cache = number_after(group / "memory.stat", "inactive_file").value_or(0);
  const std::uint64_t taken = *now - std::min(*now, cache);
  return *most - std::min(*most, taken);
}

/// Of cgroup v2: `0::/system.slice/x.service`.
fs::path group_of_this(const fs::path& proc) {
  std::ifstream lines(proc / "self/cgroup");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("0::/")) return line.substr(4);
  return {};
}

}  // namespace

std::uint64_t available_memory(const fs::path& proc, const fs::path& cgroups) {
  const auto of_host = number_after(proc / "meminfo", "MemAvailable:");
  if (!of_host)
    throw Error(ErrorKind::failed, "ask how much memory is available", (proc / "meminfo").string() + " does not say");
  std::uint64_t available = *of_host * 1024;
  fs::path group = group_of_this(proc);
  for (bool is_root = false; !is_root; group = group.parent_path()) {  // a container's own root may be limited, too
    is_root = group.empty();
    if (const auto of_group = available_in_group(cgroups / group)) available = std::min(available, *of_group);
  }
  return available;
}

}  // namespace orchestrate::system
