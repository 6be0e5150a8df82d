#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

std::unique_ptr<Host> make_host();

}  // namespace orchestrate::system
