#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

/// PostgreSQL sessions. Neither a query nor the end of a session waits longer than its deadline, whatever the server
/// does.
std::unique_ptr<Databases> make_databases();

}  // namespace orchestrate::system
