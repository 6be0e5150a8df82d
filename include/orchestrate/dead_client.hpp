#pragma once

#include <array>
#include <string_view>

namespace orchestrate {

struct ServerSetting {
  std::string_view name;
  int value;
};

/// What makes a server notice within about 5 s that its client is gone though nothing said so: a cut link, a host
/// without power. Otherwise its session, and with that its locks, stays for hours. For a session's start packet; over a
/// unix socket they have no meaning and do no harm.
inline constexpr std::array<ServerSetting, 4> notices_dead_client = {{
    {"tcp_keepalives_idle", 2},      // s
    {"tcp_keepalives_interval", 1},  // s
    {"tcp_keepalives_count", 3},
    {"tcp_user_timeout", 5000},  // ms
}};

}  // namespace orchestrate
