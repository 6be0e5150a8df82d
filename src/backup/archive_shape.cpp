#include "backup/archive_shape.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>

#include "files/text.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t block_size = 512;
using Block = std::array<char, block_size>;

constexpr const char* fix = "take a new dump: this file cannot be restored";

/// A number field of a tar header: octal digits, or base 256 after a first byte of 0x80 (sizes from 8 GiB on).
std::uint64_t number(const Block& header, std::size_t offset, std::size_t width) {
  const auto first = header.begin() + static_cast<std::ptrdiff_t>(offset);
  const auto last = first + static_cast<std::ptrdiff_t>(width);
  const bool binary = static_cast<unsigned char>(*first) == 0x80;
  const std::uint64_t base = binary ? 256 : 8;
  return std::accumulate(binary ? first + 1 : first, last, std::uint64_t{0}, [&](std::uint64_t value, char c) {
    if (binary) return value * base + static_cast<unsigned char>(c);
    return c >= '0' && c <= '7' ? value * base + static_cast<std::uint64_t>(c - '0') : value;
  });
}

/// The checksum counts its own eight bytes, at 148, as spaces.
bool checksum_holds(const Block& header) {
  std::uint64_t sum = 8 * std::uint64_t{' '};
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(header[i]);
  return sum == number(header, 148, 8);
}

bool all_zero(const Block& block) {
  return std::ranges::all_of(block, [](char c) { return c == 0; });
}

bool ends_with(const fs::path& file, std::string_view words) {
  return files::read_tail(file, words.size()) == words;
}

}  // namespace

std::optional<Refusal> cut_in_tar(const fs::path& file) {
  std::ifstream tar(file, std::ios::binary);
  const auto read = [&](Block& block) { return static_cast<bool>(tar.read(block.data(), block_size)); };
  std::string member = "its first member";
  for (Block header{}; read(header);) {
    if (all_zero(header)) {
      Block second{};
      if (read(second) && all_zero(second)) return std::nullopt;
      break;
    }
    if (!checksum_holds(header)) return Refusal{"it is damaged: no tar header follows " + member, fix};
    member = std::string(header.begin(), std::find(header.begin(), header.begin() + 100, '\0'));
    const std::uint64_t blocks = (number(header, 124, 12) + block_size - 1) / block_size;
    tar.seekg(static_cast<std::streamoff>(blocks * block_size), std::ios::cur);
  }
  return Refusal{"it is cut off in or after " + member, fix};
}

std::optional<Refusal> cut_in_directory(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool plain = name.ends_with(".dat") && name != "toc.dat";
    if (plain && name.starts_with("blob_")) continue;  // a large object: any bytes, or none
    if (entry.is_regular_file() && entry.file_size() == 0) return Refusal{fmt::format("its {} is empty", name), fix};
    if (plain && !ends_with(entry.path(), "\n\n"))  // as pg_dump ends the rows of each table
      return Refusal{fmt::format("its {} is cut off", name), fix};
  }
  return std::nullopt;
}

}  // namespace orchestrate::backup
