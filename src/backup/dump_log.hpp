#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "backup/refusal.hpp"
#include "orchestrate/event.hpp"

namespace orchestrate::backup {

/// The log that a backup job writes, and the words in it that matter.
struct LogRule {
  std::filesystem::path file;
  std::string says;                   ///< stands there when the job is done
  std::optional<std::string> starts;  ///< stands there when it begins; without it a run ends with `says`
};

/// Why the log speaks against a dump written at `written_at`; nullopt when it speaks for it.
std::optional<Refusal> doubt_from_log(const LogRule& rule, Time written_at);

}  // namespace orchestrate::backup
