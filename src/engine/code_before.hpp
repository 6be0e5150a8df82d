#pragma once

#include <optional>
#include <string>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// The commit of the code that services ran at their newest healthy start before the run, which itself was made with
/// the code that is not wanted any more. Where nobody could tell which code that was, an older one is no answer.
std::optional<std::string> code_before(const Run& run, const Ledger& ledger);

}  // namespace orchestrate
