#pragma once

#include <utility>  // Boost 1.74: awaitable.hpp uses std::exchange without including it

#include <boost/asio/awaitable.hpp>

namespace orchestrate {

/// A coroutine on the one io_context that holds all logic.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace orchestrate
