#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/dump_log.hpp"
#include "backup/proof.hpp"
#include "backup/refusal.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// What is asked of a dump that somebody else's job makes.
struct CheckRule {
  std::string pattern;  ///< its path; may hold `{date}`
  std::optional<LogRule> log;
  std::chrono::milliseconds max_age{std::chrono::hours(26)};
  std::uint64_t min_size = 1;                                            ///< bytes
  std::chrono::milliseconds least_decode_time{std::chrono::minutes(1)};  ///< and a second more for each MiB
};

/// The proof, or everything that speaks against the dump: first what is seen without reading it, then what it holds.
Task<std::variant<Proof, std::vector<Refusal>>> check_dump(StageContext& context, CheckRule rule);

}  // namespace orchestrate::backup
