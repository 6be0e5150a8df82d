#pragma once

#include <vector>

#include "orchestrate/ledger.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// What the ledger's runs applied: each revision once, as the newest run did it, else as the first run found it.
std::vector<AppliedRevision> applied_revisions(const Ledger& ledger);

}  // namespace orchestrate
