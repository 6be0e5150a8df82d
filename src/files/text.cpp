#include "files/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "files/descriptor.hpp"
#include "files/file_error.hpp"

namespace orchestrate::files {
namespace {

namespace fs = std::filesystem;

Descriptor open_for_reading(const fs::path& file) {
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened) throw file_error("read", file, errno);
  return opened;
}

/// What is asked for at first; a limit is often far above what a file has.
constexpr std::size_t first_step = std::size_t{64} << 10;

std::string read_from(const Descriptor& opened, const fs::path& file, std::size_t limit) {
  std::string text;
  while (text.size() < limit) {
    const std::size_t filled = text.size(), step = std::max(filled, first_step);
    text.resize(std::min(limit, filled + step));
    const ssize_t size = ::read(opened.number(), text.data() + filled, text.size() - filled);
    text.resize(filled + (size > 0 ? static_cast<std::size_t>(size) : 0));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw file_error("read", file, errno);
    if (size == 0) break;
  }
  return text;
}

}  // namespace

std::string read_text(const fs::path& file, std::size_t limit) {
  std::string text = read_from(open_for_reading(file), file, limit + 1);
  if (text.size() > limit)
    throw Error(ErrorKind::failed, "read " + file.string(), "it is larger than " + std::to_string(limit) + " bytes");
  return text;
}

std::string read_head(const fs::path& file, std::size_t limit) {
  return read_from(open_for_reading(file), file, limit);
}

std::string read_tail(const fs::path& file, std::size_t limit) {
  const Descriptor opened = open_for_reading(file);
  struct stat facts{};
  if (::fstat(opened.number(), &facts) != 0) throw file_error("look at", file, errno);
  const auto from = facts.st_size - static_cast<off_t>(limit);
  if (from > 0 && ::lseek(opened.number(), from, SEEK_SET) < 0) throw file_error("read", file, errno);
  return read_from(opened, file, limit);
}

}  // namespace orchestrate::files
