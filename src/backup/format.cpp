#include "backup/format.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>

namespace orchestrate::backup {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view as_custom = "write it with pg_dump --format=custom, which compresses by itself";

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::optional<Format> format;
  std::string_view what;  ///< for what we recognise and do not read
};

// Order matters: a cluster dump holds database dumps.
constexpr std::array<Magic, 12> magics = {{
    {0, "PGDMP", Format::custom, {}},
    {257, "ustar", Format::tar, {}},
    {0, "\x1f\x8b"sv, Format::gzip, {}},
    {0, "\x28\xb5\x2f\xfd"sv, Format::zstd, {}},
    {0, "--\n-- PostgreSQL database cluster dump", std::nullopt, "a dump of a whole cluster (pg_dumpall)"},
    {0, "--\n-- PostgreSQL database dump", Format::sql, {}},
    {0, "\x04\x22\x4d\x18"sv, std::nullopt, "an lz4 file"},
    {0,
     "\xfd"
     "7zXZ"sv,
     std::nullopt, "an xz file"},
    {0, "BZh", std::nullopt, "a bzip2 file"},
    {0, "PK\x03\x04"sv, std::nullopt, "a zip file"},
    {0, "SQLite format 3", std::nullopt, "an SQLite database"},
    {0, "Salted__", std::nullopt, "a file encrypted with openssl"},
}};

// pg_backup_archiver.h: archive version 1.13 is read by PostgreSQL 10 on, 1.14 by 12, 1.15 by 16, 1.16 by 17.
constexpr int least_major_for(unsigned minor) {
  if (minor >= 16) return 17;
  if (minor == 15) return 16;
  return minor == 14 ? 12 : 10;
}

Recognised archive(Format format, std::string_view header) {
  const bool known = header.starts_with("PGDMP") && header.size() > 6;
  return {format, known ? least_major_for(static_cast<unsigned char>(header[6])) : 0};
}

}  // namespace

std::variant<Recognised, Refusal> recognise(std::string_view head) {
  for (const Magic& magic : magics) {
    if (head.size() < magic.offset || !head.substr(magic.offset).starts_with(magic.bytes)) continue;
    if (!magic.format)
      return Refusal{"it is " + std::string(magic.what) + ", which cannot be checked", std::string(as_custom)};
    if (*magic.format == Format::custom) return archive(Format::custom, head);
    if (*magic.format != Format::tar) return Recognised{*magic.format, 0};
    // pg_dump's first member is toc.dat; any other tar is somebody else's.
    if (!head.starts_with("toc.dat\0"sv))
      return Refusal{"it is a tar file, but not one of pg_dump's", std::string(as_custom)};
    return archive(Format::tar, head.substr(std::min<std::size_t>(head.size(), 512)));
  }
  return Refusal{"its content is no format that pg_dump writes", std::string(as_custom)};
}

namespace {

constexpr std::array<std::string_view, 6> names = {"custom", "directory", "tar", "sql", "sql.gz", "sql.zst"};

}  // namespace

std::string_view to_string(Format format) {
  return names[static_cast<std::size_t>(format)];
}

Format format_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw std::out_of_range("no format of dumps: " + std::string(name));
  return static_cast<Format>(found - names.begin());
}

}  // namespace orchestrate::backup
