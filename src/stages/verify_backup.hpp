#pragma once

#include <filesystem>
#include <memory>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// What a pipeline's `backup` stage would rest on now, proven again without making anything: the dump that its `check`
/// means, or the newest one that its `take` has left.
std::unique_ptr<Stage> verification_of(const StageSpec& backup, const Policy& policy);

/// One dump that the stage made or watches, of whatever age, proven again.
std::unique_ptr<Stage> verification_of_dump(const StageSpec& backup, std::filesystem::path dump);

}  // namespace orchestrate
