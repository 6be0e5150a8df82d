#include "files/file_facts.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "files/file_error.hpp"
#include "files/listing.hpp"

namespace orchestrate::files {
namespace {

namespace fs = std::filesystem;

std::chrono::system_clock::time_point time_of(const timespec& time) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                               std::chrono::nanoseconds(time.tv_nsec));
}

FileFacts::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileFacts::Kind::regular;
  return S_ISDIR(mode) ? FileFacts::Kind::directory : FileFacts::Kind::other;
}

}  // namespace

std::optional<FileFacts> file_facts(const fs::path& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) == 0)
    return FileFacts{kind_of(facts.st_mode), facts.st_dev,
                     facts.st_ino,           static_cast<std::uint64_t>(facts.st_size),
                     time_of(facts.st_mtim), time_of(facts.st_ctim)};
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw file_error("look at", file, errno);
}

std::vector<FileFacts> tree_facts(const fs::path& path) {
  std::vector<FileFacts> all;
  const auto add = [&](const fs::path& file) {
    if (const auto facts = file_facts(file)) all.push_back(*facts);
  };
  add(path);
  if (all.empty() || all.front().kind != FileFacts::Kind::directory) return all;
  std::ranges::for_each(listing(path), add);
  return all;
}

std::uint64_t size_of(const std::vector<FileFacts>& tree) {
  if (tree.empty() || tree.front().kind != FileFacts::Kind::directory) return tree.empty() ? 0 : tree.front().size;
  std::uint64_t size = 0;
  for (std::size_t i = 1; i < tree.size(); ++i) size += tree[i].size;
  return size;
}

}  // namespace orchestrate::files
