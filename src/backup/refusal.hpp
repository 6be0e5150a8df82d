#pragma once

#include <string>

namespace orchestrate::backup {

/// Why a file is no backup that may be relied on, and what to do about it.
struct Refusal {
  std::string why;
  std::string fix;
  std::string text() const { return fix.empty() ? why : why + "; " + fix; }
  bool operator==(const Refusal&) const = default;
};

}  // namespace orchestrate::backup
