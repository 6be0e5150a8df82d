#pragma once

#include <cstdint>
#include <filesystem>

#include "files/descriptor.hpp"

namespace orchestrate::files {

/// A directory of files that appears under its name whole and on disk, or not at all, and replaces nothing. It grows as
/// NAME.partial, mode 0700, under an flock that dies with us. Others write the files. All failures are Errors.
class DurableDirectory {
 public:
  explicit DurableDirectory(std::filesystem::path target);
  ~DurableDirectory();  ///< removes the partial unless committed
  DurableDirectory(const DurableDirectory&) = delete;
  DurableDirectory& operator=(const DurableDirectory&) = delete;

  /// Of all files in it, in bytes.
  std::uint64_t size() const;
  const std::filesystem::path& partial() const { return partial_; }

  /// fsync of every file, rename that refuses to overwrite, fsync of the directory that holds it.
  void commit();

 private:
  std::filesystem::path target_, partial_;
  Descriptor lock_;
};

}  // namespace orchestrate::files
