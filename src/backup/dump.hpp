#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <variant>

#include "backup/format.hpp"
#include "backup/proof.hpp"
#include "backup/refusal.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// How a dump of ours is taken.
struct TakeRule {
  std::filesystem::path directory;
  Format format = Format::custom;  ///< or directory
  int jobs = 1;                    ///< sessions that dump at a time, for a directory
  int compression = 1;             ///< gzip level: 1 is twice as fast as the default for 4 % more bytes
  std::chrono::milliseconds lock_wait{std::chrono::seconds(30)};
  std::chrono::milliseconds timeout{std::chrono::hours(2)};
  Level level = Level::intact;  ///< that it is to be proven to: `matched` needs hashes of the moment that is dumped
};

/// Everything that can be known before anything is written.
struct Preparation {
  Server server;
  Tool pg_dump, pg_dumpall, pg_restore;
  std::uint64_t expected = 0;  ///< bytes, an estimate
};

/// Server, tools, rights and space; writes nothing.
Task<std::variant<Preparation, Refusal>> prepare_dump(StageContext& context, TakeRule rule);

/// Dumps, hashes and decodes in one stream; the dump and its manifest appear only when all of it went well.
Task<Proof> take_dump(StageContext& context, TakeRule rule, Preparation preparation);

}  // namespace orchestrate::backup
