#include "policy/file_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string hint_for(int number, const std::filesystem::path& file) {
  if (number == ENOENT) return "check the path";
  if (number == EACCES) return fmt::format("run as a user who may read it: ls -l {}", file.string());
  return "";
}

}  // namespace

FileText read_file_text(std::string_view doing, const std::filesystem::path& file, std::size_t limit) {
  const std::string action = fmt::format("{} {}", doing, file.string());
  const auto fail = [&](int number) {
    throw Error(ErrorKind::policy, action, system_reason(number), hint_for(number, file));
  };
  // O_NONBLOCK: a FIFO must not hold us.
  const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (descriptor.number() < 0) fail(errno);
  struct stat status{};
  if (fstat(descriptor.number(), &status) != 0) fail(errno);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::policy, action, "not a regular file", "name a file");

  FileText result{.text = {}, .owner = status.st_uid, .group = status.st_gid, .mode = status.st_mode};
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t size = read(descriptor.number(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail(errno);
    if (size == 0) return result;
    result.text.append(buffer.data(), static_cast<std::size_t>(size));
    if (result.text.size() > limit)
      throw Error(ErrorKind::policy, action, fmt::format("larger than {} bytes", limit), "check the path");
  }
}

}  // namespace orchestrate
