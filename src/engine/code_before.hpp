#pragma once

#include <optional>
#include <string>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// The commit of the code that services ran healthy before the run: the newest of which the ledger knows.
std::optional<std::string> code_before(const Run& run, const Ledger& ledger);

}  // namespace orchestrate
