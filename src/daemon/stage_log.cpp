#include "daemon/stage_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/descriptor.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

constexpr off_t most = 1 << 20;

/// Step by step, since a link may stand in each place. (openat2 does it at once, where the kernel and a sandbox let
/// it.)
files::Descriptor open_below(const std::filesystem::path& directory, const std::array<std::string, 3>& names) {
  files::Descriptor at(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const std::string& name : names) {
    if (!at) break;
    const bool is_last = &name == &names.back();
    const int flags = is_last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    const bool leads_elsewhere = name.starts_with('.') || name.find('/') != std::string::npos;
    if (leads_elsewhere) errno = ELOOP;
    at = files::Descriptor(leads_elsewhere ? -1 : ::openat(at.number(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  }
  return at;
}

}  // namespace

bus::StageLog read_stage_log(const std::filesystem::path& state, const std::string& run, const std::string& stage) {
  const std::string path = "runs/" + run + "/" + stage + ".log";
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::failed, "read " + (state / path).string(), why);
  };
  const files::Descriptor file = open_below(state, {"runs", run, stage + ".log"});
  if (!file && errno == ENOENT) return {};  // a stage without children
  struct stat entry{};
  if (!file || ::fstat(file.number(), &entry) != 0) refuse(system_reason(errno));
  if (!S_ISREG(entry.st_mode) || entry.st_nlink != 1) refuse("it is not a file of its own");
  bus::StageLog log{.end = std::string(static_cast<std::size_t>(std::min(entry.st_size, most)), '\0'),
                    .size = static_cast<std::uint64_t>(entry.st_size)};
  const ssize_t size =
      ::pread(file.number(), log.end.data(), log.end.size(), entry.st_size - static_cast<off_t>(log.end.size()));
  if (size < 0) refuse(system_reason(errno));
  log.end.resize(static_cast<std::size_t>(size));
  return log;
}

}  // namespace orchestrate::daemon
