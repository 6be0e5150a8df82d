#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "orchestrate/ports.hpp"
#include "system/family.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::system {

/// What all children of one process have in common.
struct Household {
  Redactor redact;
  std::optional<int> lock;
  Family family;
};

/// Starts `command`; throws Error when that cannot be.
std::unique_ptr<Process> start_child(boost::asio::io_context& io, std::shared_ptr<Household> household, Command command,
                                     std::stop_token stop);

}  // namespace orchestrate::system
