#pragma once

#include <string>
#include <string_view>

namespace orchestrate {

/// Whether a policy may call an app so: at most 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first.
bool is_app_name(std::string_view text);

inline constexpr const char* daemon_unit = "orchestrated.service";
/// `orchestrate-worker@APP.service`, which does the app's runs.
std::string worker_unit(const std::string& app);
/// The directory of drop-ins without which there is no such worker.
std::string worker_drop_ins(const std::string& app);

}  // namespace orchestrate
