#include "review/source_text.hpp"

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

std::string line_of(std::string_view text, int line) {
  if (line < 1) return {};
  for (; line > 1; --line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  while (text.ends_with('\r')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace orchestrate
