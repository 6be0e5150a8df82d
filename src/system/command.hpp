#pragma once

#include <memory>
#include <optional>

#include "orchestrate/ports.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::system {

/// Child processes. Makes this process a subreaper, ignores SIGPIPE and opens descriptors 0 to 2 where they are closed;
/// call it once, on the thread that runs `io` and lives as long as the process: children die with that thread.
/// `redact` cleans what goes into log files. `lock` is the descriptor that commands with `holds_lock` inherit.
std::unique_ptr<Commands> make_commands(boost::asio::io_context& io, Redactor redact, std::optional<int> lock);

}  // namespace orchestrate::system
