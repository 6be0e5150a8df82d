#pragma once

#include <filesystem>
#include <optional>

#include "backup/retention.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// What the policy says of a stage's own dumps; none: all are kept for ever.
std::optional<backup::RetentionRule> retention_of(const StageSpec& backup);

/// Removes the dumps that the rule lets go, now that `outcome` has proven a new one in `directory`; each is in the
/// ledger before. What cannot be removed is told and fails nothing.
void expire_older(StageContext& context, const std::filesystem::path& directory, const backup::RetentionRule& rule,
                  Outcome& outcome);

}  // namespace orchestrate
