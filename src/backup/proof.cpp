#include "backup/proof.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "backup/wording.hpp"

namespace orchestrate::backup {
namespace {

using std::chrono::duration_cast;

constexpr std::array<std::string_view, 4> proven_by = {"written", "decoded and hashed", "restored and counted",
                                                       "restored and compared"};

constexpr std::array<std::string_view, 4> level_names = {"written", "intact", "restored", "matched"};

}  // namespace

std::string_view to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> level_named(std::string_view name) {
  const auto found = std::ranges::find(level_names, name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<Level>(found - level_names.begin());
}

std::string_view to_string(Origin origin) {
  return origin == Origin::check ? "check" : "take";
}

Evidence evidence_of(const Proof& proof) {
  const auto age = duration_cast<std::chrono::seconds>(proof.verified_at - proof.taken_at);
  const auto modified = duration_cast<std::chrono::nanoseconds>(proof.file.modified.time_since_epoch());
  return {"backup." + std::string(to_string(proof.level)), Json::object({{"path", proof.path.string()},
                                                                         {"size", proof.size},
                                                                         {"sha256", proof.sha256},
                                                                         {"taken_at", utc_text(proof.taken_at)},
                                                                         {"age_seconds", age.count()},
                                                                         {"level", to_string(proof.level)},
                                                                         {"origin", to_string(proof.origin)},
                                                                         {"format", to_string(proof.format)},
                                                                         {"database", proof.database},
                                                                         {"verified_at", utc_text(proof.verified_at)},
                                                                         {"device", proof.file.device},
                                                                         {"inode", proof.file.inode},
                                                                         {"modified_ns", modified.count()}})};
}

bool still_as_proven(const Json& facts) {
  const auto now = files::file_facts(facts["path"].as_string());
  if (!now) return false;
  const auto modified = duration_cast<std::chrono::nanoseconds>(now->modified.time_since_epoch());
  return facts["device"] == Json(now->device) && facts["inode"] == Json(now->inode) &&
         facts["modified_ns"] == Json(modified.count());
}

std::string summary_of(const Proof& proof) {
  const auto age = duration_cast<std::chrono::milliseconds>(proof.verified_at - proof.taken_at);
  const std::string when = proof.origin == Origin::take ? "taken now" : duration_text(age) + " old";
  return fmt::format("{}  {}, {}, {}", proof.path.filename().string(), size_text(proof.size), when,
                     proven_by[static_cast<std::size_t>(proof.level)]);
}

}  // namespace orchestrate::backup
