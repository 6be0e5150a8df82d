#pragma once

#include <memory>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// What a pipeline's `backup` stage would rest on now, proven again without making anything: the dump that its `check`
/// means, or the newest one that its `take` has left.
std::unique_ptr<Stage> verification_of(const StageSpec& backup, const Policy& policy);

}  // namespace orchestrate
