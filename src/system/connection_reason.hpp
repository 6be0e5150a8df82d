#pragma once

#include <string>
#include <string_view>

namespace orchestrate::system {

/// Why a connection could not be made, in one line, and what to do about it.
struct ConnectionReason {
  std::string why, hint;
};

/// From libpq's message, which may have several lines.
ConnectionReason connection_reason(std::string_view message);

}  // namespace orchestrate::system
