#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "backup/content.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::backup {

/// The sequences that a dump takes the value of: not those of extensions.
struct Sequence {
  std::string name;  ///< quoted
  std::int64_t increment = 1;
  bool cycles = false;
};
Task<std::vector<Sequence>> sequences(Database& session, std::stop_token stop);

/// The last number that each gave, or the one before its first. In a session without a transaction, so that it holds no
/// locks on thousands of them.
using Positions = std::map<std::string, std::int64_t>;
Task<Positions> positions(Database& session, std::vector<Sequence> sequences, std::stop_token stop);

/// Where each was from one look to the next. One that may have begun anew meanwhile could be anywhere: it is left out.
std::map<std::string, SequenceRange> ranges(const std::vector<Sequence>& sequences, const Positions& before,
                                            const Positions& after);

}  // namespace orchestrate::backup
