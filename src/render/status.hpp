#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// What a ledger and a look at the host tell about one application.
struct AppStatus {
  std::string app;
  std::optional<Run> unfinished;
  std::optional<Run> last;            ///< the newest finished run
  std::vector<std::string> warnings;  ///< such as a restart that is owed
};

/// `idle`, `running` or `held`.
std::string_view status_word(const AppStatus& status);

std::string status_text(const AppStatus& status, Time now, Style style);

}  // namespace orchestrate
