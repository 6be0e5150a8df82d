#pragma once

#include <optional>
#include <string>

#include "orchestrate/names.hpp"
#include "system/systemd_bus.hpp"

namespace orchestrate::system {

/// Why systemd would not begin such a job for this process, or that it could not be asked; nullopt: it would. Nothing
/// is begun.
std::optional<std::string> refusal_of_job(JobType type, const UnitName& unit);

}  // namespace orchestrate::system
