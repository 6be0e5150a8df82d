#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "init/fact.hpp"
#include "init/unit_file.hpp"

namespace orchestrate::init {

/// The interpreter of the virtualenv in the project, else of the one that a unit starts a program of. The system's
/// python3 is never it.
std::optional<Fact<std::filesystem::path>> project_python(const std::filesystem::path& project,
                                                          const std::vector<UnitFile>& units);

}  // namespace orchestrate::init
