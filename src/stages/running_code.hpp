#pragma once

#include <optional>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Evidence `code.running`: the commit that holds the checkout which the services run now. nullopt where no commit
/// does: files that nobody committed, or no git.
Task<std::optional<Evidence>> running_code(const StageContext& context);

}  // namespace orchestrate
