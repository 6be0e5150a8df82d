#pragma once

#include "system/descriptor.hpp"

namespace orchestrate::system {

/// Bytes that a pipe can hold at most (the kernel's soft limit for ordinary users).
constexpr int pipe_size = 1024 * 1024;

struct Pipe {
  Descriptor reader, writer;
};

/// Both ends are closed on exec. Throws Error.
Pipe open_pipe();

}  // namespace orchestrate::system
