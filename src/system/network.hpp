#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

std::unique_ptr<Network> make_network();

}  // namespace orchestrate::system
