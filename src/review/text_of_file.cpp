#include "review/text_of_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "orchestrate/error.hpp"

namespace orchestrate {

std::string text_of_file(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file))
    throw Error(ErrorKind::failed, "read " + file.string(), errno ? system_reason(errno) : "it is not a file");
  return text;
}

}  // namespace orchestrate
