#pragma once

#include <span>
#include <vector>

#include "orchestrate/finding.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// What the statements' literals hold of passwords and the like is in no finding, whatever rule found it.
void hide_secrets(std::span<const ReadRevision> revisions, std::vector<Finding>& findings);

}  // namespace orchestrate
