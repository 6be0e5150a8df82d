#pragma once

#include <string>
#include <vector>

#include "orchestrate/stage.hpp"
#include "schema/state.hpp"

namespace orchestrate {

/// The two stages of `stamp`, which are no kinds for a policy: whether the schema agrees, and the version rows.
extern const StageKind schema_check_stage;
extern const StageKind stamp_stage;

/// What the second one needs, in the shapes of preflight and review, so that a stamp is recovered and concluded like
/// any migration: one transaction from these rows to those.
std::vector<Evidence> stamp_evidence(const DatabaseIdentity& identity, const std::vector<std::string>& from,
                                     const std::vector<std::string>& to);

}  // namespace orchestrate
