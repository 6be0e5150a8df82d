#pragma once

#include <span>

#include "orchestrate/settings.hpp"

namespace orchestrate {

/// The policy file's own keys.
std::span<const Key> policy_keys();

/// What every stage takes beside its kind's keys.
std::span<const Key> common_stage_keys();

}  // namespace orchestrate
