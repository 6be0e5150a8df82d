#include "request/worker_words.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/descriptor.hpp"

namespace orchestrate {
namespace {

constexpr const char* name = "worker.words";
constexpr std::size_t longest = 4000;  // a page, which is written and read as one

}  // namespace

void write_words(const std::filesystem::path& state, const std::string& run, std::string_view words) {
  std::string line = run + " " + std::string(words.substr(0, longest));
  std::ranges::replace(line, '\n', ' ');
  line += '\n';
  // Not truncated: a reader would see nothing for a moment. What was longer before stays behind the line's end.
  const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const files::Descriptor out(::open((state / name).c_str(), flags, 0640));
  if (out && ::pwrite(out.number(), line.data(), line.size(), 0) < 0) return;
}

std::string read_words(const std::filesystem::path& state, const std::string& run) {
  const files::Descriptor in(::open((state / name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat entry{};
  if (!in || ::fstat(in.number(), &entry) != 0 || !S_ISREG(entry.st_mode)) return {};
  std::array<char, longest + 100> buffer{};
  const ssize_t size = ::read(in.number(), buffer.data(), buffer.size());
  std::string_view line(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  line = line.substr(0, line.find('\n'));
  const std::string begin = run + " ";
  return line.starts_with(begin) ? std::string(line.substr(begin.size())) : std::string();
}

}  // namespace orchestrate
