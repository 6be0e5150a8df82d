#include "files/block_reader.hpp"

#include <fcntl.h>

#include <cerrno>

#include "files/file_error.hpp"

namespace orchestrate::files {

// O_NONBLOCK: a FIFO under that name must not hang us; it changes nothing for regular files.
BlockReader::BlockReader(std::filesystem::path file)
    : path_(std::move(file)),
      file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)),
      buffer_(block_size) {
  if (!file_) throw file_error("read", path_, errno);
  ::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::span<const std::byte> BlockReader::next() {
  for (;;) {
    const ssize_t size = ::read(file_.number(), buffer_.data(), buffer_.size());
    if (size >= 0) return std::span(buffer_).first(static_cast<std::size_t>(size));
    if (errno != EINTR) throw file_error("read", path_, errno);
  }
}

}  // namespace orchestrate::files
