#include "system/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

/// proc(5), a line of /proc/locks: "1: FLOCK ADVISORY WRITE 812 fe:01:131073 0 EOF". The pid is that of the process
/// that took the lock; it may have ended while a child still holds it.
std::optional<std::string> taker(const std::string& line, const std::string& file) {
  std::istringstream fields(line);
  std::string number, kind, mode, access, pid, place;
  fields >> number >> kind >> mode >> access >> pid >> place;
  if (kind != "FLOCK" || place != file) return std::nullopt;
  return pid;
}

std::optional<std::string> taker_of(const std::filesystem::path& directory) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) return std::nullopt;
  const std::string file = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);)
    if (const auto pid = taker(line, file)) return pid;
  return std::nullopt;
}

std::string described(const std::string& pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + pid + "/comm"), name);
  return name.empty() ? fmt::format("a child of pid {}, which has ended", pid) : fmt::format("pid {} ({})", pid, name);
}

}  // namespace

std::optional<StateLock> try_lock(const std::filesystem::path& directory) {
  Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened) throw Error(ErrorKind::failed, "lock " + directory.string(), system_reason(errno));
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) == 0) return StateLock(std::move(opened));
  if (errno == EWOULDBLOCK) return std::nullopt;
  throw Error(ErrorKind::failed, "lock " + directory.string(), system_reason(errno));
}

std::optional<ProcessId> lock_taker(const std::filesystem::path& directory) {
  const auto text = taker_of(directory);
  if (!text) return std::nullopt;
  const pid_t pid = static_cast<pid_t>(std::stol(*text));
  const unsigned long long started = start_time(pid);
  if (started == 0) return std::nullopt;
  return ProcessId{pid, started};
}

std::string lock_holder(const std::filesystem::path& directory) {
  const auto pid = taker_of(directory);
  return pid ? described(*pid) : std::string();
}

}  // namespace orchestrate::system
