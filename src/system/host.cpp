#include "system/host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "orchestrate/error.hpp"
#include "system/connections.hpp"
#include "system/memory.hpp"

namespace orchestrate::system {
namespace {

namespace fs = std::filesystem;

/// proc(5): fdinfo's second line is `flags:` with open(2)'s flags in octal.
bool open_for_writing(const fs::path& process, const std::string& descriptor) {
  std::ifstream info(process / "fdinfo" / descriptor);
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("flags:")) continue;
    const long flags = std::strtol(line.c_str() + 6, nullptr, 8);
    return (flags & O_ACCMODE) != O_RDONLY;
  }
  return false;
}

bool writes(const fs::path& process, const struct stat& file) {
  std::error_code problem;  // another user's process, or one that has just ended
  for (fs::directory_iterator at(process / "fd", problem), end; !problem && at != end; at.increment(problem)) {
    struct stat target{};
    if (::stat(at->path().c_str(), &target) != 0) continue;
    if (target.st_dev != file.st_dev || target.st_ino != file.st_ino) continue;
    if (open_for_writing(process, at->path().filename().string())) return true;
  }
  return false;
}

std::string program_of(const fs::path& process) {
  std::string name;
  std::getline(std::ifstream(process / "comm"), name);
  return name;
}

class ThisHost : public Host {
 public:
  FreeSpace space(const fs::path& path) const override {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0)
      throw Error(ErrorKind::failed, "measure the free space of " + path.string(), system_reason(errno));
    // f_bavail: without what the file system keeps for root.
    return {.available = status.f_bavail * status.f_frsize, .total = status.f_blocks * status.f_frsize};
  }

  std::uint64_t available_memory() const override { return system::available_memory(); }

  std::vector<std::string> writers(const fs::path& file) const override {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
      throw Error(ErrorKind::failed, "look for writers of " + file.string(), system_reason(errno));
    std::vector<std::string> found;
    std::error_code problem;
    for (fs::directory_iterator at("/proc", problem), end; !problem && at != end; at.increment(problem)) {
      const std::string pid = at->path().filename().string();
      if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
      if (writes(at->path(), status)) found.push_back(fmt::format("pid {} ({})", pid, program_of(at->path())));
    }
    return found;
  }

  std::string name() const override {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
  }

  std::vector<Connection> connections_of_children() const override { return system::connections_of_children(); }
};

}  // namespace

std::unique_ptr<Host> make_host() {
  return std::make_unique<ThisHost>();
}

}  // namespace orchestrate::system
