#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/stage.hpp"

namespace orchestrate::fake {

inline constexpr std::array<std::string_view, 3> levels = {"intact", "restored", "matched"};
inline constexpr std::array<std::string_view, 3> flags = {"data-loss", "out-of-scope", "blocking-lock"};

inline constexpr std::array<Key, 5> backup_keys = {{
    {"check", ValueType::path, Presence::optional, "", "A dump that somebody else makes."},
    {"take", ValueType::boolean, Presence::optional, "", "Dump here."},
    {"max_age", ValueType::duration, Presence::optional, "26h", "How old it may be."},
    {"verify", ValueType::choice, Presence::optional, "intact", "How it is proven.", levels},
    {"free_space", ValueType::size, Presence::optional, "2x", "What must stay free."},
}};
inline constexpr std::array<Key, 2> allow_keys = {{
    {"rule", ValueType::text, Presence::required, "", "Of the red flag."},
    {"until", ValueType::text, Presence::optional, "", "Its last day.", {}, "[0-9-]{10}", "a day such as 2026-12-31"},
}};
inline constexpr std::array<Key, 3> review_keys = {{
    {"block", ValueType::choice_list, Presence::optional, "[data-loss, out-of-scope]", "What stops.", flags},
    {"lines", ValueType::integer, Presence::optional, "120", "How many."},
    {"allow",
     ValueType::section_list,
     Presence::optional,
     "",
     "What is accepted.",
     {},
     "",
     "",
     [] { return std::span<const Key>(allow_keys); }},
}};
inline constexpr std::array<Key, 2> probe_keys = {{
    {"http", ValueType::text, Presence::optional, "", "A URL."},
    {"within", ValueType::duration, Presence::optional, "5s", "How soon it must answer."},
}};
inline constexpr std::array<Key, 3> restart_keys = {{
    {"unit", ValueType::unit, Presence::required, "", "The unit."},
    {"after", ValueType::unit_list, Presence::optional, "", "Units before it."},
    {"probe",
     ValueType::section,
     Presence::optional,
     "",
     "What must answer.",
     {},
     "",
     "",
     [] { return std::span<const Key>(probe_keys); }},
}};

inline std::vector<std::string> one_source(const Settings& settings) {
  if (settings.has("check") && settings.has("take")) return {"'check' and 'take' exclude each other; keep one"};
  return {};
}

inline const StageKind backup{.name = "backup",
                              .purpose = "Proves a backup.",
                              .keys = backup_keys,
                              .timeout = std::chrono::hours(1),
                              .problems = one_source};
inline const StageKind review{
    .name = "review", .purpose = "Reads the migrations.", .keys = review_keys, .timeout = std::chrono::minutes(1)};
inline const StageKind restart{
    .name = "restart", .purpose = "Restarts a unit.", .keys = restart_keys, .timeout = std::chrono::minutes(1)};
inline const StageKind upgrade{.name = "upgrade", .purpose = "Upgrades.", .timeout = std::chrono::minutes(1)};

inline const std::array<const StageKind*, 4> kinds = {&backup, &review, &restart, &upgrade};

}  // namespace orchestrate::fake
