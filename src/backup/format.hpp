#pragma once

#include <string_view>
#include <variant>

#include "backup/refusal.hpp"

namespace orchestrate::backup {

/// How a dump is stored. `gzip` and `zstd` hold plain SQL.
enum class Format { custom, directory, tar, sql, gzip, zstd };

/// A format recognised by content, never by name.
struct Recognised {
  Format format = Format::custom;
  int least_major = 0;  ///< of the pg_restore that can read it; 0 for SQL
  bool operator==(const Recognised&) const = default;
};

/// How many bytes from the beginning `recognise` wants.
inline constexpr std::size_t head_size = 2048;

std::variant<Recognised, Refusal> recognise(std::string_view head);

std::string_view to_string(Format format);
/// Inverse of to_string; throws std::out_of_range.
Format format_named(std::string_view name);

}  // namespace orchestrate::backup
