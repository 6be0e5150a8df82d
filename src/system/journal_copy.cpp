#include "system/journal_copy.hpp"

#include <sys/uio.h>

// A MESSAGE_ID says it better than the path of this file on the machine that built it.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace orchestrate::system {

void copy_to_journal(const std::string& message, const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::string> lines = {"MESSAGE=" + message, "PRIORITY=5", "SYSLOG_IDENTIFIER=orchestrate"};
  for (const auto& [name, value] : fields) lines.emplace_back(name).append("=").append(value);
  std::vector<iovec> parts;
  parts.reserve(lines.size());
  for (std::string& line : lines) parts.push_back({line.data(), line.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace orchestrate::system
