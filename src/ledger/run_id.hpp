#pragma once

#include <cstdint>
#include <string>

#include "orchestrate/event.hpp"

namespace orchestrate {

/// `20261120-091403-7f3a`: sorts by time and can be read aloud.
std::string run_id(Time created, std::uint16_t suffix);

/// A run id with a random suffix.
std::string new_run_id(Time created);

}  // namespace orchestrate
