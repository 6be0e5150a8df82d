#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "init/fact.hpp"
#include "init/unit_file.hpp"

namespace orchestrate::init {

/// The commands by which a unit migrates at every start: its own, or those of the script that it starts. They find
/// nothing left to do after a run; before one they do it without its proofs. `upgrade` is a command of the project's
/// own that upgrades; empty: it has none but Alembic's.
std::vector<Fact<std::string>> upgrades_at_start(const UnitFile& unit, const std::filesystem::path& project,
                                                 const std::vector<std::string>& upgrade);

}  // namespace orchestrate::init
