#include "cli/log_file.hpp"

#include <fstream>
#include <vector>

namespace orchestrate::cli {
namespace {

constexpr std::size_t piece = 1U << 20;

}  // namespace

void for_each_piece(const std::filesystem::path& file, const std::function<void(std::string_view)>& take) {
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  std::vector<char> buffer(piece);
  while (stream.read(buffer.data(), static_cast<std::streamsize>(piece)) || stream.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    const std::size_t end = text.rfind('\n');
    const std::size_t whole = end == std::string::npos ? text.size() : end + 1;
    take(std::string_view(text).substr(0, whole));
    text.erase(0, whole);
  }
  if (!text.empty()) take(text);
}

std::string end_of(const std::filesystem::path& file) {
  const std::uintmax_t size = std::filesystem::file_size(file);
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(size > piece ? size - piece : 0));
  std::string end(piece, '\0');
  stream.read(end.data(), static_cast<std::streamsize>(piece));
  end.resize(static_cast<std::size_t>(stream.gcount()));
  return end;
}

}  // namespace orchestrate::cli
