#pragma once

#include <span>

#include "orchestrate/json.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The JSON Schema (2020-12) of a policy file, from the tables that the loader reads by.
Json policy_schema(std::span<const StageKind* const> kinds);

}  // namespace orchestrate
