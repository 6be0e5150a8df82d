#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "backup/contents.hpp"
#include "backup/format.hpp"
#include "backup/refusal.hpp"
#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// What is to be read, and by what.
struct DumpFile {
  std::filesystem::path path;
  Format format = Format::custom;
  int least_major = 0;  ///< of an archive: of the pg_dump that wrote it
  std::uint64_t size = 0;
  Sought sought;
  Tool pg_restore;                        ///< for archives
  std::chrono::milliseconds decode_time;  ///< a decoder that needs longer is stuck: pg_restore 15 spins on a cut tar
};

/// A dump read to its end.
struct Reading {
  std::uint64_t size = 0;
  std::string sha256;  ///< of a directory: of the `sha256sum` lines of its files, by name
  Contents contents;
  std::optional<Refusal> damage;
};

/// Decodes and hashes all of it; a single read where the decoder takes its standard input.
Task<Reading> read_dump(StageContext& context, DumpFile dump);

/// As Reading has it, of a file or a directory, without decoding. Throws Error.
std::string sha256_of_dump(const std::filesystem::path& dump);

/// pg_restore that decodes the archive on its standard input into nothing.
Command decoder(const Tool& pg_restore);

}  // namespace orchestrate::backup
