#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "orchestrate/json.hpp"

namespace orchestrate::backup {

/// Hashes by the quoted name of what they are of.
using Hashes = std::map<std::string, std::string>;

/// Where a sequence stood while a dump was taken. Sequences see no snapshot, so this is a range, of one value where
/// nobody drew a number meanwhile.
struct SequenceRange {
  std::int64_t low = 0, high = 0;
  bool operator==(const SequenceRange&) const = default;
};

/// What a database held in one moment, small enough for a manifest and exact enough to compare a restored copy with.
struct Content {
  Hashes tables;       ///< over the rows of each, in whatever order they stand
  Hashes definitions;  ///< of each object, as pg_dump writes it: `INDEX cfg.ix_panels`
  std::map<std::string, SequenceRange> sequences;
  std::string large_objects;  ///< how many, and a hash over them
  bool operator==(const Content&) const = default;
};

/// What of the expected is missing, other, or more, in words; empty: they agree.
std::vector<std::string> differences(const Content& expected, const Content& found);

Json to_json(const Content& content);
Content content_from_json(const Json& json);

}  // namespace orchestrate::backup
