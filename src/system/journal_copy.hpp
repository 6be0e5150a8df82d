#pragma once

#include <string>
#include <utility>
#include <vector>

namespace orchestrate::system {

/// One entry of ours in the system's journal, beyond the reach of whoever can write the ledger. `fields` are extra
/// ones, such as {"ORCHESTRATE_RUN_ID", "20261120-091403-7f3a"} (systemd.journal-fields(7)). Where no journal listens,
/// nothing happens: the copy is for an audit, never what a run rests on.
void copy_to_journal(const std::string& message, const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace orchestrate::system
