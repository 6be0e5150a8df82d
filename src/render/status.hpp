#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// What the gate says: whether a service would start now.
struct GateState {
  bool open = false;
  std::string standing, why;
  std::string next;                       ///< the command that opens a closed gate
  std::optional<std::string> held_until;  ///< a person lets services start until then
};

/// What a ledger and a look at the host tell about one application.
struct AppStatus {
  std::string app;
  std::optional<Run> unfinished;
  std::optional<Run> last;            ///< the newest finished run
  std::vector<std::string> warnings;  ///< such as a restart that is owed
  std::optional<Run> held;            ///< an older one that nobody has answered for
  std::optional<GateState> gate;      ///< none: it cannot be asked by whoever asks for the status
};

/// `idle`, `running` or `held`.
std::string_view status_word(const AppStatus& status);

std::string status_text(const AppStatus& status, Time now, Style style);

}  // namespace orchestrate
