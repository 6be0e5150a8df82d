#pragma once

#include "orchestrate/json.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate {

/// SHA-256 of everything that decides what a migration does: the project's Python files, configuration and makefiles
/// (so version files, env.py and whatever they import from it), what the migration command names, the interpreter and
/// its pyvenv.cfg. {"PATH": "HASH"}. Throws Error (`failed`) on a file that cannot be read.
Json code_evidence(const Policy& policy);

/// Paths whose hash differs, or that only one side has; empty when what runs is what was reviewed.
std::vector<std::string> code_differences(const Json& reviewed, const Json& now);

}  // namespace orchestrate
