#include "files/file_error.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace orchestrate::files {
namespace {

struct Fix {
  int number;
  ErrorKind kind;
  std::string_view text;  ///< {0}: file, {1}: its directory, {2}: our uid
};

constexpr std::array<Fix, 8> fixes = {{
    {ENOSPC, ErrorKind::failed, "free space in {1}, or name another directory"},
    {EDQUOT, ErrorKind::failed, "raise the disk quota of uid {2}, or name another directory"},
    {EFBIG, ErrorKind::failed, "raise the file size limit (ulimit -f, LimitFSIZE=)"},
    {EACCES, ErrorKind::denied, "give uid {2} the right to use {0}"},
    {EPERM, ErrorKind::denied, "give uid {2} the right to use {0}"},
    {EROFS, ErrorKind::failed, "mount {1} read-write, or name another directory"},
    {EIO, ErrorKind::failed, "the disk reports an error: see journalctl -k before trying again"},
    {ENOENT, ErrorKind::failed, "see that {1} exists"},
}};

}  // namespace

Error file_error(const std::string& doing, const std::filesystem::path& file, int number) {
  const std::string action = doing + " " + file.string();
  const auto fix = std::ranges::find(fixes, number, &Fix::number);
  if (fix == fixes.end()) return {ErrorKind::failed, action, system_reason(number)};
  return {fix->kind, action, system_reason(number),
          fmt::format(fmt::runtime(fix->text), file.string(), file.parent_path().string(), ::geteuid())};
}

}  // namespace orchestrate::files
