#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "files/descriptor.hpp"

namespace orchestrate::files {

/// A file that appears under its name whole and on disk, or not at all, and replaces another only when told to.
/// It grows as NAME.partial, mode 0600, under an flock that dies with us. All failures are Errors.
class DurableFile {
 public:
  explicit DurableFile(std::filesystem::path target);
  ~DurableFile();  ///< removes the partial unless committed
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  /// Writes all of it; callers pass large blocks, nothing is buffered here.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  std::uint64_t size() const { return size_; }
  const std::filesystem::path& partial() const { return partial_; }

  /// fsync of the file, rename that refuses to overwrite, fsync of the directory.
  void commit();
  /// The same over a file of that name.
  void replace();

 private:
  void sync();
  void start_writeback();

  std::filesystem::path target_, partial_;
  Descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t flushed_ = 0;  ///< up to here the kernel was asked to write early
};

/// Where what will have that name grows, file or directory.
std::filesystem::path partial_name(const std::filesystem::path& target);
/// Gives it that name, unless something has it. Throws Error.
void name_partial(const std::filesystem::path& target);

/// So that what was named, renamed or removed in it stays so. Throws Error.
void sync_directory(const std::filesystem::path& directory);

/// Removes `PREFIX*.partial` in `directory` whose writer is gone (nobody holds its flock). Returns what it removed.
std::vector<std::filesystem::path> sweep_partials(const std::filesystem::path& directory, std::string_view prefix);

}  // namespace orchestrate::files
