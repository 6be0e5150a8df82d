#pragma once

#include <span>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Every kind there is, in the order in which a pipeline would use them.
std::span<const StageKind* const> stage_kinds();

}  // namespace orchestrate
