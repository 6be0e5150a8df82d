#pragma once

#include <string>
#include <vector>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// What node_exporter's textfile collector reads: whether the newest backup was good when it was last looked at, and
/// of the last good one when it was proven and taken, and its size. `looks` are the oldest first.
std::string backup_metrics_text(const std::string& app, const std::vector<BackupVerification>& looks);

}  // namespace orchestrate
