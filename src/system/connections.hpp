#pragma once

#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

/// Established TCP and unix stream connections of every process that descends from this one, as far as we may see.
std::vector<Connection> connections_of_children();

}  // namespace orchestrate::system
