#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "backup/dump.hpp"

namespace orchestrate::backup {

/// A dump of ours while it is written: it gets its name whole and on disk, or goes away.
class Growing {
 public:
  virtual ~Growing() = default;
  /// Has pg_dump write all of that snapshot; it is decoded and hashed. Returns its sha256, as Reading has it. Throws
  /// Error when anything of it went wrong; what still runs is ended then. The arguments outlive the task.
  virtual Task<std::string> fill(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                                 const std::string& snapshot) = 0;
  virtual std::uint64_t size() const = 0;
  virtual void commit() = 0;
};

/// A file in custom format, in one stream.
std::unique_ptr<Growing> growing_file(const std::filesystem::path& path);
/// A directory, which several sessions fill at a time.
std::unique_ptr<Growing> growing_directory(const std::filesystem::path& path);

/// What both give to pg_dump.
Command pg_dump_command(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                        const std::string& snapshot);
/// What is done, for messages.
std::string doing(const TakeRule& rule, const Preparation& preparation);
/// Throws Error with what the tool said.
void expect_good(const std::string& doing, const std::string& tool, const Exit& exit);

}  // namespace orchestrate::backup
