#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/dump_log.hpp"
#include "backup/proof.hpp"
#include "backup/refusal.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// What a dump must hold: of what a backup of today's database needs, or whatever it had in its own time.
enum class Holding { all_of_today, whatever_it_had };

/// What is asked of a dump that somebody else's job makes.
struct CheckRule {
  std::string pattern;  ///< its path; may hold `{date}`
  std::optional<LogRule> log;
  std::optional<std::chrono::milliseconds> max_age = std::chrono::hours(26);  ///< none: of any age
  std::uint64_t min_size = 1;                                                 ///< bytes
  std::chrono::milliseconds least_decode_time{std::chrono::minutes(1)};       ///< and a second more for each MiB
  Holding holding = Holding::all_of_today;
};

/// Everything that speaks against a dump.
struct Rejection {
  std::filesystem::path path;
  std::vector<Refusal> reasons;
  std::string damage = {};  ///< what of its bytes is bad; empty: they were not read, or speak of something else
};

/// What is seen without reading the dump comes first; it is read only when that is good.
Task<std::variant<Proof, Rejection>> check_dump(StageContext& context, CheckRule rule);

}  // namespace orchestrate::backup
