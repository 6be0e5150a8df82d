#pragma once

#include <optional>
#include <string>

#include "bus/systemd_bus.hpp"
#include "orchestrate/names.hpp"

namespace orchestrate::bus {

/// Why systemd would not begin such a job for this process, or that it could not be asked; nullopt: it would. Nothing
/// is begun.
std::optional<std::string> refusal_of_job(JobType type, const UnitName& unit);

}  // namespace orchestrate::bus
