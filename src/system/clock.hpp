#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::system {

std::unique_ptr<Clock> make_clock(boost::asio::io_context& io);

}  // namespace orchestrate::system
